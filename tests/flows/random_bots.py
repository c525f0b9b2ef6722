"""Bots put together by chance out of the whole language, as an owner might write them."""

import json
from typing import Any

from hypothesis import strategies as st

from flows.errors import LoadError
from flows.load import load_bot
from flows.model import ActionSpec, Bot, Input

ACTIONS = {
    name: ActionSpec(
        name=name,
        inputs={"x": Input(required=False)},
        quick=name.startswith("quick."),
        effect="yes" if name.endswith("pay") else "none",
    )
    for name in ("quick.look", "quick.pay", "slow.look", "slow.pay")
}
FLOWS = ("ф0", "ф1", "ф2", "ф3")
STEPS = ("а", "б", "в")
VARIABLES = ("x", "y", "user.name", "chat.z")
KINDS = ("text", "integer", "yes_no", "choice", "phone", "date", "photos", "many", "rating", "any")
LABELS = ("Раз", "Два", "Три")
WORDS = ("/старт", "меню", "зачем", "привет")
EVENTS = ("no_match", "error", "cancel", "expired", "updated", "pay.paid")
CONDITIONS = ("x == 'Раз'", "empty(y)", "user.name", "not chat.z", "x > 1", "len(y) > 2")

Made = dict[str, Any]


def _weighed(*choices: tuple[int, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    return st.sampled_from([one for count, one in choices for _ in range(count)]).flatmap(
        lambda one: one
    )


variables = st.sampled_from(VARIABLES)
texts = st.sampled_from(["Так.", "{{ x }}", "{{ user.name }}, {{ y | default('—') }}?", "Ну?"])
leaving: st.SearchStrategy[Any] = st.sampled_from(
    [*({"go": step} for step in STEPS), {"go": "back"}, {"go": "again"}, {"go": "cancel"}, "done"]
    + [{"start": flow} for flow in FLOWS]
)


def blocks(actions: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A few actions, the last of which may leave."""
    return st.builds(
        lambda acts, leave: [*acts, *leave],
        st.lists(actions, min_size=1, max_size=2),
        st.lists(leaving, max_size=1),
    )


def _question(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Made]:
    buttons = st.one_of(
        st.lists(st.sampled_from(LABELS), min_size=1, max_size=3, unique=True),
        st.dictionaries(
            st.sampled_from(LABELS), st.one_of(st.just("да"), blocks(inner)), min_size=1
        ),
    )
    handlers = st.builds(
        lambda words, then: [{"when": words, "then": then}], st.sampled_from(WORDS), blocks(inner)
    )
    kinds = st.sampled_from(KINDS)
    return st.builds(
        lambda text, save, kind, more: {
            "ask": text,
            "save": save,
            "as": kind,
            **_with_fitting_buttons(kind, more),
        },
        texts,
        variables,
        kinds,
        st.fixed_dictionaries(
            {},
            optional={
                "buttons": buttons,
                "retry": texts,
                "tries": st.just(2),
                "else": blocks(inner),
                "find": st.sampled_from(["yes", "no"]),
                "known": st.sampled_from(["ask", "skip", "confirm"]),
                "skip": st.just("Пропустить"),
                "timeout": st.builds(lambda then: {"after": "10m", "then": then}, blocks(inner)),
                "remind": st.just([{"after": "5m", "say": "Ждём."}]),
                "check": st.just([{"must": "not empty(y) or true", "say": "Не то."}]),
                "meanwhile": handlers,
                "collect": st.just("3s"),
            },
        ),
    )


def _with_fitting_buttons(kind: str, more: Made) -> Made:
    """A choice needs something to choose from; labels that are no answers need an action."""
    if kind in ("choice", "many"):
        return {"buttons": list(LABELS), **more}
    buttons = more.get("buttons")
    if kind in ("text", "any") or buttons is None:
        return more
    pairs = buttons.items() if isinstance(buttons, dict) else ()
    acting = {label: block for label, block in pairs if block != "да"}
    rest = {key: value for key, value in more.items() if key != "buttons"}
    return {**rest, "buttons": acting} if acting else rest


def _menu(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Made]:
    ways = st.sampled_from([{"call": flow} for flow in FLOWS])
    return st.builds(
        lambda buttons: {"ask": "Что?", "buttons": buttons, "expires": "never"},
        st.dictionaries(st.sampled_from(LABELS), st.one_of(ways, blocks(inner)), min_size=1),
    )


def _branching(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Made]:
    condition = st.sampled_from(CONDITIONS)
    return st.one_of(
        st.builds(
            lambda condition, then, other: {"if": condition, "then": then, "else": other},
            condition,
            blocks(inner),
            blocks(inner),
        ),
        st.builds(lambda one: {"choose": "x", "cases": {"Раз": one}, "else": one}, blocks(inner)),
        st.builds(lambda then: {"each": "['раз', 'два', x]", "then": then}, blocks(inner)),
        st.builds(
            lambda one, two: {"split": "опыт", "cases": {"А": one, "Б": two}},
            blocks(inner),
            blocks(inner),
        ),
    )


def _reaching(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Made]:
    return st.one_of(
        st.builds(
            lambda name, failed: {"do": name, "save": "y", **failed},
            st.sampled_from(sorted(ACTIONS)),
            st.one_of(st.just({}), st.builds(lambda block: {"failed": block}, blocks(inner))),
        ),
        st.builds(
            lambda block: {
                "handoff": "люди",
                "unanswered": {"after": "15m", "then": block},
                "offline": block,
                "closed": block,
                "cancel": block,
            },
            blocks(inner),
        ),
        st.builds(
            lambda block, edges: {"handoff": "люди", **dict.fromkeys(edges, block)},
            blocks(inner),
            st.sets(st.sampled_from(["offline", "closed", "cancel"]), max_size=2),
        ),
        st.builds(
            lambda flow, busy: {
                "later": {"after": "20m", "call": flow, "if_busy": busy, "id": "позже"}
            },
            st.sampled_from(FLOWS),
            st.sampled_from(["wait", "now", "skip"]),
        ),
        st.builds(
            lambda then: {
                "wait": {"event": "pay.paid", "save": "y", "timeout": {"after": "1h", "then": then}}
            },
            blocks(inner),
        ),
    )


_plain: st.SearchStrategy[Any] = st.one_of(
    st.builds(lambda text: {"say": text}, texts),
    st.builds(lambda name, value: {"set": {name: value}}, variables, st.sampled_from([1, "да"])),
    st.builds(lambda flow: {"call": flow, "save": "y"}, st.sampled_from(FLOWS)),
    st.sampled_from([{"goal": "цель"}, {"wait": "2s"}, {"wait": "1h"}, {"say": "Ну вот."}]),
    st.just({"say": {"text": "Кнопки.", "buttons": {"Дальше": {"call": "ф1"}, "Раз": "привет"}}}),
    st.just({"later": {"cancel": "позже"}}),
)
actions: st.SearchStrategy[Any] = st.recursive(
    _plain,
    lambda inner: _weighed(
        (4, _question(inner)), (1, _menu(inner)), (2, _branching(inner)), (2, _reaching(inner))
    ),
    max_leaves=6,
)
triggers = st.one_of(
    st.sampled_from(WORDS),
    st.builds(lambda words: {"contains": words}, st.sampled_from(["заказ", "где"])),
    st.just({"means": "клиент хочет: «вернуть деньги»"}),
    st.builds(lambda event: {"event": event}, st.sampled_from(EVENTS)),
    st.builds(lambda limit: {"confidence": limit}, st.sampled_from([0.4, 0.85, 1])),
)
handlers = st.builds(lambda when, then: {"when": when, "then": then}, triggers, blocks(actions))


def _flow(name: str, steps: list[Any], more: Made) -> Made:
    named = {STEPS[place]: block for place, block in enumerate(steps)}
    named[STEPS[0]] = [{"set": {"x": None, "y": None}}, *named[STEPS[0]]]
    return {"flow": name, "about": f"Дело {name}", **more, "steps": named}


def flows(name: str) -> st.SearchStrategy[Made]:
    starts = {"when": st.just([f"/{name}", name])}
    return st.builds(
        lambda steps, more: _flow(name, steps, more),
        st.lists(blocks(actions), min_size=3, max_size=3),
        st.fixed_dictionaries(
            starts if name != "ф3" else {},
            optional={
                "meanwhile": st.lists(handlers, max_size=1),
                "expires": st.sampled_from(["1h", "never"]),
            },
        ),
    )


def _stepless(made: Any) -> Any:
    """The same without the jumps to steps, which the bot's own handlers do not know."""
    if isinstance(made, list):
        return [_stepless(one) for one in made]
    if not isinstance(made, dict):
        return made
    if made.get("go") in STEPS:
        return {"go": "again"}
    return {key: _stepless(value) for key, value in made.items()}


bot_files = st.builds(
    lambda top, made: (_stepless(top), made),
    st.fixed_dictionaries(
        {
            "bot": st.just("Проба"),
            "timezone": st.just("Europe/Moscow"),
            "start": st.just("ф0"),
            "user": st.just({"name": "text"}),
            "queues": st.sampled_from([{"люди": {}}, {"люди": {"unclaimed": "30m"}}]),
        },
        optional={
            "meanwhile": st.lists(handlers, max_size=2),
            "defaults": st.builds(
                lambda resume, other: {"resume": resume, "tries": 2, "else": other},
                st.sampled_from(["auto", "ask", "never"]),
                blocks(actions),
            ),
        },
    ),
    st.tuples(*map(flows, FLOWS)),
)
"""The top of a bot and its flows, as they stand in the files."""


def compiled(top: Made, made: tuple[Made, ...]) -> Bot | None:
    """The bot, or None where what chance has put together is a mistake that the loader tells."""
    files = {"bot.yaml": json.dumps(top, ensure_ascii=False)}
    for flow in made:
        files[f"flows/{flow['flow']}.yaml"] = json.dumps(flow, ensure_ascii=False)
    try:
        return load_bot("проба", files, ACTIONS).bot
    except LoadError:
        return None
