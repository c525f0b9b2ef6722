"""Cards as VK's carousel, where they are as VK wants them: all of one shape, and short.

https://dev.vk.com/ru/api/bots/development/messages#Шаблоны%20сообщений
"""

from collections.abc import Sequence
from typing import Any

from adapters.messengers.vk.keyboards import alike, button_of, label_of
from bots.model.message import Button, Card
from bots.shaping import clean

MOST_CARDS = 10
MOST_BUTTONS = 3
LONGEST = 80
"""Characters of a title, and of the words below it."""


def carousel(cards: Sequence[Card], *, callback: bool) -> list[dict[str, Any]] | None:
    """The elements, each picture by its reference in `photo`; None where the cards do not fit."""
    elements = [_element(card, callback=callback) for card in cards[: MOST_CARDS + 1]]
    if not 1 <= len(elements) <= MOST_CARDS:
        return None
    first = elements[0]
    if first is None:
        return None
    for element in elements:
        if element is None or element.keys() != first.keys():
            return None
        if len(element["buttons"]) != len(first["buttons"]):
            return None
    return [element for element in elements if element is not None]


def _element(card: Card, *, callback: bool) -> dict[str, Any] | None:
    title, text = clean(card.title).strip(), clean(card.text).strip()
    buttons = _buttons(card)
    if not title or max(len(title), len(text)) > LONGEST:
        return None
    if not 1 <= len(buttons) <= MOST_BUTTONS or alike(buttons) or not all(map(_stands, buttons)):
        return None
    made = [button_of(one, label_of(one), callback=callback) for one in buttons]
    element: dict[str, Any] = {"title": title, "buttons": made}
    if text:
        element["description"] = text
    if card.photo:
        element["photo"] = card.photo
    return element


def _buttons(card: Card) -> list[Button]:
    return [button for row in card.keyboard.rows for button in row] if card.keyboard else []


def _stands(button: Button) -> bool:
    """Whether a card can have it: no shared place, and a link that is one."""
    link = button.url or "https://"
    return button.share is None and link.startswith(("https://", "http://")) and " " not in link
