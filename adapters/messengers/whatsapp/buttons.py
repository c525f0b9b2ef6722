"""Buttons as WhatsApp can show them: three, or a list of ten rows, or one link; else as lines.

https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-reply-buttons-messages
https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-list-messages
https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-cta-url-messages
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.messengers.whatsapp.contents import SHARE_PHONE
from bots.model.message import Button, Keyboard
from bots.shaping import clean, head, links, numbered, shortened, split, units

MAX_BODY = 1024
MAX_BUTTONS, MAX_TITLE, MAX_ID = 3, 20, 256
MAX_ROWS, MAX_ROW, MAX_ROW_ID, MAX_DESCRIPTION = 10, 24, 200, 72

_CHOOSE = {"ru": "Выбрать", "en": "Choose", "uz": "Tanlash"}
"""What opens a list."""

_BETWEEN = re.compile(r"(?<=\S) [—–-] (?=\S)")
"""What stands between a name and what is said of it: a price, an address."""

_WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`action` is of an interactive message of that `kind` ("" for none); `lines` go into its text.

    `place` asks for the customer's place with these words, in a message of its own; `instead` is
    said where there are no other words.
    """

    kind: str = ""
    action: Any = None
    lines: str = ""
    place: str = ""
    instead: str = ""

    @property
    def takes_header(self) -> bool:
        """Whether a picture may stand above the words."""
        return self.kind in ("button", "cta_url")


def shown(keyboard: Keyboard | None, *, language: str, phone_known: bool) -> Shown:
    """How these buttons go out. A number that WhatsApp does not tell us cannot be shared by one."""
    if keyboard is None:
        return Shown()
    every = [button for row in keyboard.rows for button in row]
    place = next((_label(one) for one in every if one.share == "location"), "")
    place = shortened(place, MAX_BODY)
    phones = [one for one in every if one.share == "phone"]
    shares = phones if phone_known else []
    followed = [one for one in every if one.url is not None]
    pressed = [one for one in every if one.share is None and one.url is None]
    if followed and not pressed and not shares:
        return _links(followed, place)
    lines = links(followed)
    choices = [*pressed, *shares]
    if not choices:
        return Shown(lines=lines, place=place, instead=_label(phones[0]) if phones else "")
    if _fit_buttons(choices):
        return Shown(kind="button", action=_buttons(choices), lines=lines, place=place)
    if _fit_list(choices):
        return Shown(kind="list", action=_list(choices, language), lines=lines, place=place)
    lines = "\n".join(filter(None, (numbered(map(_tidy, pressed)), lines)))
    if shares and _fit_buttons(shares):
        return Shown(kind="button", action=_buttons(shares), lines=lines, place=place)
    return Shown(lines=lines, place=place)


def _links(followed: Sequence[Button], place: str) -> Shown:
    first = followed[0]
    url, label = first.url or "", _label(first)
    if len(followed) == 1 and units(label) <= MAX_TITLE and url.startswith(_WEB):
        parameters = {"display_text": label, "url": url}
        return Shown(
            kind="cta_url", action={"name": "cta_url", "parameters": parameters}, place=place
        )
    return Shown(lines=links(followed), place=place)


def _fit_buttons(choices: Sequence[Button]) -> bool:
    titles = [_label(one) for one in choices]
    return (
        len(choices) <= MAX_BUTTONS
        and all(units(title) <= MAX_TITLE for title in titles)
        and _different(titles)
        and _different(_id(one, MAX_ID) for one in choices)
    )


def _fit_list(choices: Sequence[Button]) -> bool:
    return (
        len(choices) <= MAX_ROWS
        and all(units(rest) <= MAX_DESCRIPTION for _, rest in map(_row_words, choices))
        and _different(_id(one, MAX_ROW_ID) for one in choices)
    )


def _buttons(choices: Iterable[Button]) -> Any:
    replies = [{"id": _id(one, MAX_ID), "title": _label(one)} for one in choices]
    return {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}


def _list(choices: Iterable[Button], language: str) -> Any:
    rows = []
    for choice in choices:
        title, rest = _row_words(choice)
        row = {"id": _id(choice, MAX_ROW_ID), "title": title}
        rows.append({**row, "description": rest} if rest else row)
    return {"button": _CHOOSE.get(language, _CHOOSE["en"]), "sections": [{"rows": rows}]}


def _row_words(choice: Button) -> tuple[str, str]:
    """A label's first words, and the rest of them, which stand below in smaller letters.

    It is parted at a dash where that can be, which is left out then.
    """
    label = _label(choice)
    if units(label) <= MAX_ROW:
        return label, ""
    for cut in reversed(list(_BETWEEN.finditer(label))):
        name, rest = label[: cut.start()], label[cut.end() :]
        if units(name) <= MAX_ROW and units(rest) <= MAX_DESCRIPTION:
            return name, rest
    title = split(label, MAX_ROW)[0]
    return title, label.removeprefix(title).lstrip()


def _different(values: Iterable[str]) -> bool:
    listed = list(values)
    return len(set(listed)) == len(listed)


def _id(button: Button, limit: int) -> str:
    """What comes back; the label stands for itself where there is no payload."""
    if button.share == "phone":
        return SHARE_PHONE
    payload = clean(button.payload).strip() or _label(button)
    return payload if units(payload) <= limit else head(payload, limit).strip()


def _label(button: Button) -> str:
    return " ".join(clean(button.text).split()) or "…"


def _tidy(button: Button) -> Button:
    return Button(text=_label(button))
