"""Editors complete and check files of bots by the schemas: right ones pass, wrong ones do not."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.report import Report
from flows.schema import FILES, schema_of
from flows.vocabulary import WORDS, words
from flows.yaml_text import read_yaml
from tests.flows.json_schema import data_of, flaws

BOTS = Path(__file__).resolve().parents[2] / "config" / "bots"
PAGES = sorted(BOTS.glob("*/**/*.yaml"))


def schema_for(path: Path) -> dict[str, Any]:
    name = {"bot.yaml": "bot", "calendar.yaml": "calendar", "canned.yaml": "canned"}.get(
        path.name, "test" if path.name.endswith(".test.yaml") else "flow"
    )
    return schema_of(f"{name}.schema.json", "ru")


def documents(path: Path) -> list[Any]:
    report = Report()
    found = [data_of(node) for node in read_yaml(path.name, path.read_text("utf-8"), report)]
    assert not report.errors
    return found


def document(text: str) -> Any:
    return data_of(read_yaml("flows/a.yaml", text, Report())[0])


def flow(actions: str) -> Any:
    body = "\n".join(f"    {line}" for line in actions.splitlines())
    return document(f"flow: ф\nsteps:\n  а:\n{body}")


def told(data: Any, file: str = "flow.schema.json") -> list[str]:
    return flaws(data, schema_of(file, "ru"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(BOTS).as_posix())
def test_the_example_bots_are_right(path: Path) -> None:
    for data in documents(path):
        assert flaws(data, schema_for(path)) == []


def actions_in(data: Any) -> Iterator[dict[str, Any]]:
    """Every action of a document, wherever a block stands."""
    if isinstance(data, dict):
        first = next(iter(data), "")
        if first in words("verb"):
            yield data
        for value in data.values():
            yield from actions_in(value)
    if isinstance(data, list):
        for item in data:
            yield from actions_in(item)


@pytest.mark.parametrize(
    "path",
    [path for path in PAGES if "flows" in path.parts],
    ids=lambda path: path.relative_to(BOTS).as_posix(),
)
def test_every_misspelt_key_of_an_action_is_flagged(path: Path) -> None:
    schema = schema_for(path)
    for data in documents(path):
        for number, action in enumerate(actions_in(data["steps"])):
            for key in action:
                changed = copy.deepcopy(data)
                wrong = list(actions_in(changed["steps"]))[number]
                wrong[key + "x"] = wrong.pop(key)
                assert flaws(changed, schema), (number, key)


@pytest.mark.parametrize(
    "actions",
    [
        "- say: Да\n  photo: a.jpg",
        "- say: {texxt: Да}",
        "- say: {text: Да, once: maybe}",
        "- say: [Да]",
        "- ask: Ну?\n  known: may",
        "- ask: Ну?\n  tries: три",
        "- ask: Ну?\n  timeout: 5m",
        "- ask: Ну?\n  timeout: {after: скоро, then: done}",
        "- ask: Ну?\n  timeout: {after: 5m}",
        "- ask: Ну?\n  remind: {say: Ну}",
        "- ask: Ну?\n  check: {must: now}",
        "- ask: Ну?\n  buttons: Да",
        "- ask: Ну?\n  buttons: {Да: {cal: меню}}",
        "- ask: Ну?\n  buttons: {Да: {call: меню, nam: x}}",
        "- call: меню\n  name: x",
        "- ask: Ну?\n  buttons: {Да: {share: fone}}",
        "- ask: Ну?\n  clean: letters5",
        "- if: now",
        "- choose: now\n  else: done",
        "- each: список\n  do: x",
        "- call: меню\n  wiht: {а: б}",
        "- go: {step: а}",
        "- do: shop.order\n  retries: много",
        "- later: {after: 5m, call: меню, if_busy: perhaps}",
        "- later: меню",
        "- handoff: поддержка\n  priority: highest",
        "- handoff: поддержка\n  unanswered: {after: 15m}",
        "- set: x",
        "- finish",
        "- {}",
        "[]",
    ],
)
def test_what_is_wrong_in_an_action_is_flagged(actions: str) -> None:
    assert told(flow(actions))


@pytest.mark.parametrize(
    "actions",
    [
        "- say: 5",
        "- done",
        "- done:",
        "- ask: Ну?\n  buttons: [Да, 5, {Нет: {go: а}}]",
        "- ask: Ну?\n  buttons: {Да: yes, Нет: no, Может: null}",
        "- ask: Ну?\n  buttons: {Да: {call: меню, with: {а: 1}, name: x}}",
        "- ask: Ну?\n  expires: never\n  as: мой_тип",
        "- if: now\n  then: done\n  else: [{say: Да}, back]",
        "- choose: x\n  cases: {1: done, что угодно: {go: а}}",
        "- set: {имя: [1, {а: б}], user.age: null}",
        "say: Да",
    ],
)
def test_what_is_right_passes(actions: str) -> None:
    assert told(flow(actions)) == []


def test_what_is_wrong_at_the_top_is_flagged() -> None:
    bot = "bot: А\n"
    assert told(document(bot), "bot.schema.json") == []
    for wrong in ("secretz: []", "language: de", "defaults: {resume: maybe}", "meanwhile: {}"):
        assert told(document(bot + wrong), "bot.schema.json"), wrong
    assert told(document("language: ru"), "bot.schema.json")
    assert told(document("flow: а"))
    assert told(document("flow: а\nsteps: {а: done}\nneeds: {б: {optional: yes}}"))
    assert told(document("test: а\nchat: [{clinet: да}]"), "test.schema.json")
    assert told(document("test: а"), "test.schema.json")


def descriptions(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            yield schema["description"]
        for value in schema.values():
            yield from descriptions(value)
    if isinstance(schema, list):
        for item in schema:
            yield from descriptions(item)


def test_every_word_is_offered_with_its_meaning() -> None:
    for language in ("ru", "en"):
        offered = {text for file in FILES for text in descriptions(schema_of(file, language))}
        meant = {word.en if language == "en" else word.ru for word in WORDS}
        assert meant <= offered
