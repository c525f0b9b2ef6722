"""The reference page of the catalogue, made from its entries in either language."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any, Literal

from flows.model import ActionSpec, Cost, Effect, Wording

Language = Literal["ru", "en"]

_TITLE = Wording("Каталог действий", "The catalogue of actions")
_INTRO = Wording(
    "Что может назвать `do:`. Страница сделана из самого каталога; примеры на ней — проверки, они"
    " выполняются. `python run.py actions` печатает то же в терминале.",
    "What `do:` may name. The page is made from the catalogue itself; its examples are tests, they"
    " are run. `python run.py actions` prints the same in a terminal.",
)
_EFFECTS: Mapping[Effect, Wording] = {
    "none": Wording("ничего не меняет", "changes nothing"),
    "undo": Wording(
        "меняет, можно отменить; «назад» дальше не пойдёт", "changes something that can be undone"
    ),
    "yes": Wording("меняет; «назад» дальше не пойдёт", "changes something: no going back past it"),
}
_COSTS: Mapping[Cost, Wording] = {
    "quick": Wording("отвечает сразу", "answers at once"),
    "slow": Wording(
        "может занять секунды, бот тем временем «печатает…»", "may take seconds; the bot is typing"
    ),
    "paid": Wording("стоит денег и секунд", "costs money and seconds"),
}
_HEADS: Mapping[Language, tuple[str, str, str, str]] = {
    "ru": ("Что передать (`with`)", "Что даёт (`save`)", "вид", "можно не передавать"),
    "en": ("What it takes (`with`)", "What it gives (`save`)", "kind", "may be left out"),
}
_LISTED = Wording("Список; у каждого элемента:", "A list; each element has:")
_MISSING = Wording("Чего не хватает: {}.", "What is missing: {}.")
_EXAMPLE = Wording("Пример:", "Example:")
_GIVES = Wording("даст", "gives")


def page(specs: Mapping[str, ActionSpec], language: Language) -> str:
    """The whole page in Markdown."""
    say = _speaker(language)
    lines = [f"# {say(_TITLE)}", "", say(_INTRO)]
    for family, members in groupby(specs.values(), key=lambda one: one.name.partition(".")[0]):
        lines += ["", f"## `{family}.*`"]
        for spec in members:
            lines += ["", *entry(spec, language)]
    return "\n".join(lines) + "\n"


def entry(spec: ActionSpec, language: Language) -> list[str]:
    """One action, line by line."""
    say = _speaker(language)
    takes, gives, _, optional = _HEADS[language]
    lines = [f"### `{spec.name}`", "", f"{_sentence(say(spec.about))} *{_cost(spec, language)}.*"]
    if spec.missing is not None:
        lines += ["", say(_MISSING).format(say(spec.missing))]
    if spec.inputs:
        rows = (
            (name, one.kind, say(one.meaning) + ("" if one.required else f" ({optional})"))
            for name, one in spec.inputs.items()
        )
        lines += ["", *_table(takes, rows, language)]
    if spec.outputs:
        fields = ((name, one.kind, say(one.meaning)) for name, one in spec.outputs.items())
        lines += ["", *([say(_LISTED), ""] if spec.listed else [])]
        lines += _table(gives, fields, language)
    return [*lines, *_example(spec, language)]


def _speaker(language: Language) -> Any:
    return lambda wording: wording.en if language == "en" else wording.ru


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _cost(spec: ActionSpec, language: Language) -> str:
    say = _speaker(language)
    return _sentence(f"{say(_COSTS[spec.cost])}; {say(_EFFECTS[spec.effect])}").rstrip(".")


def _table(title: str, rows: Iterable[tuple[str, str, str]], language: Language) -> list[str]:
    kind = _HEADS[language][2]
    body = [f"| `{name}` | {of} | {meaning} |" for name, of, meaning in rows]
    return [f"| {title} | {kind} | |", "|---|---|---|", *body]


def _example(spec: ActionSpec, language: Language) -> list[str]:
    say = _speaker(language)
    if spec.example is None:
        return []
    lines = ["", say(_EXAMPLE), "", "```text", f"- do: {spec.name}"]
    if spec.example.arguments:
        lines.append(f"  with: {_yaml(spec.example.arguments)}")
    lines += ["  save: x", f"# {say(_GIVES)} {_yaml(spec.example.gives)}", "```"]
    return lines


def _yaml(value: Any) -> str:
    """A value in one line, as an owner would write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_yaml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    if isinstance(value, str):
        return f'"{value}"'
    return value.isoformat() if isinstance(value, date) else str(value)
