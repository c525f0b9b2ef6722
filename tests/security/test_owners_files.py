"""Bot folders that mean harm: bombs of YAML, and patterns that never end."""

import time
from collections.abc import Mapping

import pytest

from flows.errors import LoadError
from flows.load import load_bot
from flows.patterns import compiled

SOON = 2.0
"""Seconds of the processor: some forty times what the slowest takes."""

BOT = "bot: Проба\nlanguage: ru\ntimezone: Europe/Moscow\n"
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{letter}: &{letter} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, letter in zip("abcdefgh", "bcdefghi", strict=True)
)

REFUSED: Mapping[str, str] = {
    "laughs": LAUGHS,
    "an alias": "flow: &x а\nabout: *x\n",
    "a merge": "base: {a: 1}\nflow:\n  <<: {a: 1}\n  a: &x 1\n",
    "a tag": "flow: !!python/object/apply:os.system ['id']\n",
    "a short tag": "flow: !x а\n",
    "a binary": "flow: !!binary aGk=\n",
    "open brackets": "[" * 100_000,
    "open braces": "{a: " * 50_000,
    "dashes": "- " * 50_000,
    "questions": "? " * 50_000,
    "steps of indent": "".join(" " * place + "a:\n" for place in range(1_000)),
    "anchors": "&a " * 10_000,
    "bangs": "!" * 100_000,
    "an open quote": "flow: '" + "a" * 500_000,
    "colons": "flow: " + "a: " * 100_000,
    "a long line": "flow: " + "a" * 900_000,
    "too much": "flow: " + "a" * (1 << 20),
    "blank lines": "\n" * 900_000 + "flow",
    "documents": "---\n" * 20_000 + "flow",
    "twice": "flow: а\nflow: б\n",
    "a NUL": "flow: а\0\n",
    "half a pair": "flow: \ud800\n",
    "escapes": "flow: \x1b[2J\n",
}

EVIL = [
    "(a+)+$",
    "(a|a)*$",
    "(a|aa)+$",
    "(.*a){12}$",
    "(x+x+)+y",
    "([a-z]+)*[0-9]",
    "^(([a-z])+.)+$",
]
UNKNOWN = [
    "(?=a)",
    "(?<!a)b",
    "(a)\\1",
    "(?P=n)",
    "(",
    "a{1001}",
    "((a{100}){100}){100}",
    "(?(1)a|b)",
]


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_means_harm_is_refused_soon_and_by_its_line(kind: str) -> None:
    began = time.process_time()
    with pytest.raises(LoadError) as refusal:
        load_bot("x", {"bot.yaml": BOT, "flows/a.yaml": REFUSED[kind]}, {})
    assert time.process_time() - began < SOON
    assert all(one.place.line >= 1 for one in refusal.value.complaints)


@pytest.mark.parametrize("pattern", EVIL)
def test_no_pattern_of_an_owner_takes_long(pattern: str) -> None:
    expression = compiled(pattern)
    began = time.process_time()
    for text in ("a" * 20_000 + "!", "x" * 20_000, "ab" * 10_000 + "\n"):
        expression.fullmatch(text)
        expression.search(text)
    assert time.process_time() - began < SOON


@pytest.mark.parametrize("pattern", UNKNOWN)
def test_a_pattern_we_cannot_bound_is_refused(pattern: str) -> None:
    flow = "flow: а\nabout: А\nwhen: [/a]\nsteps:\n  а:\n    - ask: Что?\n      save: x\n"
    with pytest.raises(LoadError):
        load_bot("x", {"bot.yaml": BOT, "flows/a.yaml": f"{flow}      matches: '{pattern}'\n"}, {})


MANY = "9" * 5_000
FLOW = "flow: а\nabout: А\nwhen: [/a]\nsteps:\n  а:\n    - ask: Что?\n      save: x\n"


@pytest.mark.parametrize(
    "files",
    [
        {"bot.yaml": f"{BOT}defaults: {{tries: {MANY}}}\n"},
        {"bot.yaml": f"{BOT}queues: {{а: {{capacity: {MANY}}}}}\n"},
        {"flows/a.yaml": f"{FLOW}      tries: {MANY}\n"},
        {"flows/a.yaml": f"{FLOW}    - do: а.б\n      retries: {MANY}\n"},
        {"calendar.yaml": f"services: {{а: {{minutes: {MANY}}}}}\nhours: 24/7\n"},
        {"calendar.yaml": "services: {а: {minutes: 10000000000000}}\nhours: 24/7\n"},
        {"calendar.yaml": f"services: {{а: {{minutes: 5, places: {MANY}}}}}\nhours: 24/7\n"},
    ],
)
def test_a_number_without_end_is_a_mistake_like_any_other(files: Mapping[str, str]) -> None:
    with pytest.raises(LoadError) as refusal:
        load_bot("x", {"bot.yaml": BOT, "flows/a.yaml": FLOW, **files}, {})
    assert any("не больше" in one.text for one in refusal.value.complaints)
