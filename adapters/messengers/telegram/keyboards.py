"""Buttons as keyboards of the Bot API, and as lines what cannot stand in one.

https://core.telegram.org/bots/api#inlinekeyboardbutton and #keyboardbutton
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import structlog

from bots.model.message import Button, Keyboard
from bots.shaping import clean

MAX_BUTTON_DATA = 64
MAX_BUTTONS = 100
MAX_ROW = 8

_ADDRESS = re.compile(r"(?:https?|tg)://[^\s/?#\[\]\x00-\x1f]+(?:[/?#][^\s\x00-\x1f]*)?")

log = structlog.get_logger()


class Shown(NamedTuple):
    """`markup` is what hangs under a message; `lines` are words for what is not in it."""

    markup: dict[str, Any] | None
    lines: str


NOTHING = Shown(None, "")


def render_keyboard(keyboard: Keyboard) -> Shown:
    """Whatever has no place in Telegram's keyboard, a link beside a share button among it, is words."""
    inline = keyboard.inline and not any(button.share for button in _buttons(keyboard))
    made = _Rows(_inline_button if inline else _reply_button)
    rows = [piece for row in keyboard.rows for piece in made.of(row)]
    lines = "\n".join(made.lines)
    if not rows:
        return Shown(None, lines)
    if inline:
        return Shown({"inline_keyboard": rows}, lines)
    return Shown({"keyboard": rows, "one_time_keyboard": True, "resize_keyboard": True}, lines)


class _Rows:
    """Fills rows until there is no more room; numbers count the buttons that can be chosen."""

    def __init__(self, make: Callable[[Button], dict[str, Any] | None]) -> None:
        self.lines: list[str] = []
        self._make = make
        self._left = MAX_BUTTONS
        self._number = 0

    def of(self, row: Iterable[Button]) -> Iterator[list[dict[str, Any]]]:
        made = [button for button in map(self._button, row) if button is not None]
        buttons = iter(made)
        while piece := list(islice(buttons, MAX_ROW)):
            yield piece

    def _button(self, button: Button) -> dict[str, Any] | None:
        if button.url is None:
            self._number += 1
        made = self._make(button) if self._left else None
        if made is not None:
            self._left -= 1
            return made
        label = clean(button.text).strip()
        if button.url:
            self.lines.append(f"{label}: {clean(button.url)}".removeprefix(": "))
        elif button.url is None and label:
            self.lines.append(f"{self._number}. {label}")
        else:
            log.warning("A button that leads nowhere is left out", name=button.name)
        return None


def _buttons(keyboard: Keyboard) -> Iterator[Button]:
    return (button for row in keyboard.rows for button in row)


def _inline_button(button: Button) -> dict[str, Any] | None:
    label = clean(button.text).strip() or "…"
    if button.url is not None:
        # Telegram would refuse the whole message for what is no address.
        return {"text": label, "url": button.url} if leads(button.url) else None
    payload = button.payload or label
    if len(payload.encode("utf-8", "replace")) > MAX_BUTTON_DATA:
        log.warning("A button's payload is longer than 64 bytes and is cut", name=button.name)
        payload = payload.encode("utf-8", "replace")[:MAX_BUTTON_DATA].decode("utf-8", "ignore")
    return {"text": label, "callback_data": clean(payload)}


def _reply_button(button: Button) -> dict[str, Any] | None:
    """A button of this keyboard writes its own label; a link cannot stand here."""
    label = clean(button.text).strip()
    if button.url is not None or not label:
        return None
    if button.share == "phone":
        return {"text": label, "request_contact": True}
    if button.share == "location":
        return {"text": label, "request_location": True}
    return {"text": label}


def leads(url: str) -> bool:
    """Whether it is an address that Telegram takes for one."""
    return _ADDRESS.fullmatch(url) is not None
