"""Presses, texts and contexts that no page or messenger of ours would send."""

from typing import Any

import pytest

from flows.values import thaw_fields
from tests.flows.conftest import Dialog, bot_of

FLOWS = """
flow: а
about: А
when: [/a]
steps:
  раз:
    - ask: Что?
      save: x
      buttons:
        - Одно
        - Другое
    - say: "Это {{ x }}, а было {{ chat.x }}"
    - set: {chat.x: "{{ x }}"}
---
flow: б
about: Б
when: [/b]
steps:
  раз:
    - ask: Сколько?
      save: y
      as: number
    - say: "{{ y }}"
"""
KEYS = [
    "²",
    "٣",
    "-1",
    "1e9",
    "9" * 60,
    "9" * 5_000,
    "",
    ":",
    "yes",
    "other",
    "skip",
    "done",
    "\0",
    "None",
]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("begin", ["q:w1:", "q:w2:", "q:w3:", "q:", "s:", "z:", ""])
def test_a_press_of_no_button_of_ours_never_stops_a_chat(begin: str, key: str) -> None:
    dialog = Dialog(bot_of(FLOWS), {})
    dialog.hears("/a").news()
    dialog.play.press_payload(begin + key)
    dialog.hears("/b").news()
    dialog.play.press_payload(begin + key)
    dialog.news().hears("/b").news()
    dialog.hears("5")
    assert dialog.play.said


@pytest.mark.parametrize(
    "text", ["²", "٣", "9" * 5_000, "\0", "\u202e", "q:w1:0", "{{ chat }}", "/" * 999]
)
def test_a_text_of_signs_is_a_text(text: str) -> None:
    dialog = Dialog(bot_of(FLOWS), {})
    dialog.hears("/a").news()
    dialog.hears(text)
    assert dialog.play.said


@pytest.mark.parametrize(
    "context",
    [
        {"$date": "2024-01-01"},
        {"$at": "0001-01-01T00:00:00+14:00"},
        {"$seconds": 1e300},
        {"x": {"$date": []}},
        {"__class__": 1, "user": {"phone": "1"}, "": 2},
    ],
)
def test_a_context_that_looks_like_our_own_notes_is_only_a_context(context: Any) -> None:
    dialog = Dialog(bot_of(FLOWS), {}, chat=context)
    dialog.hears("/a").news()
    dialog.hears("Одно").hears("/a").news().hears("Одно", "Это Одно, а было Одно")
    assert {name: kept for name, kept in dialog.play.chat.items() if name != "x"} == {
        name: kept for name, kept in context.items() if name != "x"
    }


def test_a_moment_at_the_edge_of_the_calendar_is_apologised_for() -> None:
    context = {"x": {"$at": "0001-01-01T00:00:00+14:00"}}
    dialog = Dialog(bot_of(FLOWS), {}, chat=context)
    dialog.hears("/a").news().hears("Одно", "Что-то пошло не так*")
    dialog.hears("/b", "Сколько?").hears("5", "5*")


def test_a_field_called_like_a_tag_is_a_field() -> None:
    assert thaw_fields({"$date": "2024-01-01"}) == {"$date": "2024-01-01"}
