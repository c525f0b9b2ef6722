"""What other systems send, too large or in signs nobody can store, neither costs nor stops a chat."""

import time
from typing import Any

import pytest

from flows.saying import MOST_MEDIA
from flows.text import LONGEST_RESULT
from tests.flows.conftest import Dialog, bot_of

SOON = 2.0
"""Seconds of the processor: some ten times what the slowest takes."""

GIVEN = "бомба"
MANY = ["x"] * 240_000
WORDS = ["й" * 4_000] * 100


def told(steps: str, value: Any, *words: str) -> Dialog:
    """A chat whose flow got a value from an action and then does these steps."""
    lines = [f"- do: {GIVEN}", "  save: б", *steps.strip().splitlines()]
    body = "\n".join(f"    {line}" for line in lines)
    bot = bot_of(f"flow: а\nabout: А\nwhen: [/a]\nsteps:\n  раз:\n{body}\n", actions={GIVEN: value})
    dialog = Dialog(bot, {GIVEN: lambda arguments: value})
    began = time.process_time()
    for word in ("/a", *words):
        dialog.hears(word)
    assert time.process_time() - began < SOON
    return dialog


BOMBS = {
    "options": "- ask: Что?\n  options: б\n  save: x",
    "many options": "- ask: Что?\n  as: many\n  options: б\n  save: x",
    "each": "- each: б\n  then: {set: {x: '{{ item }}'}}",
    "each within each": "- each: б\n  then:\n    - each: б\n      then: {say: да}",
    "list": "- say: {list: б, text: 'а {{ item }}'}",
    "album": "- say: {text: а, album: [{photo: '{{ б }}'}]}",
    "media": "- say: {text: а, photo: '{{ б }}'}",
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_list_of_any_length_is_dealt_with_soon(kind: str) -> None:
    dialog = told(BOMBS[kind], MANY, "x", "что", "x")
    assert dialog.play.said
    for said in dialog.play.said:
        assert len(said.text) <= LONGEST_RESULT
        assert len(said.buttons) <= 60
        assert max(len(said.album), len(said.media)) <= MOST_MEDIA


@pytest.mark.parametrize("repeated", [True, False], ids=["of an item", "of none"])
def test_a_list_does_not_grow_beyond_a_text(repeated: bool) -> None:
    line = "{{ item }}" if repeated else "{{ б[0] }}"
    block = "\\n".join([line] * 200)
    dialog = told(f'- say: {{list: б, text: "{{{{ item }}}}\\n{block}"}}', WORDS)
    assert [said.text[:19] for said in dialog.play.said] == ["Что-то пошло не так"]
