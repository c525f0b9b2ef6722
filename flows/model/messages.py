"""What a bot shows: texts, buttons, cards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flows.expressions import Expression
from flows.text import Text

Value = Text | object
"""A text with `{{ }}` in it, a plain value of YAML, or a list or dict of such values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedButton:
    """A button of a question or a message as the owner wrote it.

    On a question `value` is saved, or (where it is not -1) `entry` is run. A value that is a text
    is what the customer might have typed: it goes through the question's kind, save for `choice`,
    `many` and `any`, which keep it; other values are saved as they are. A button whose label is its
    value has the label's text in `value`.
    On a message `act` says what a press does with `target` and `arguments`; `text` is as if the
    customer had written `value`. `share` and `url` buttons have neither value nor act.
    """

    label: Text
    value: Value = None
    entry: int = -1
    share: Literal["phone", "location"] | None = None
    url: Text | None = None
    act: Literal["", "call", "start", "go", "text"] = ""
    target: str = ""
    arguments: Mapping[str, Value] = field(default_factory=dict)
    name: str | None = None
    data: Mapping[str, Value] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Whether there is nothing to it but its label and what a press means."""
        return self.url is None and self.share is None and self.name is None and not self.data


@dataclass(frozen=True, slots=True)
class Lines:
    """A text whose `lines` may come once for every element of `items`.

    Each line says whether it is repeated; repeated ones that follow one another come together.
    """

    items: Expression
    lines: tuple[tuple[bool, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One of several pictures with words and buttons, to be looked through side by side."""

    title: Text
    text: Text | None = None
    photo: Text | None = None
    buttons: tuple[OfferedButton, ...] = ()

    @property
    def texts(self) -> tuple[Text | None, ...]:
        return self.title, self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The content of a `say` or the body of a question.

    `text` is all the words, or `lines` of a list, or one of `pick`. `media` and `album` are (kind
    of `flows.turn.MediaKind`, path or URL); a value that is an attachment or a list of them stands
    for what a customer sent, and a kind of "" is found out from the value. `only` names the channels
    that get the message (none: all), `channels` what one channel gets in its place, `template` and
    its values are kept for the channel.
    """

    text: Text | None = None
    lines: Lines | None = None
    pick: tuple[Text, ...] = ()
    media: tuple[tuple[str, Text], ...] = ()
    album: tuple[tuple[str, Text], ...] = ()
    cards: tuple[Card, ...] = ()
    buttons: tuple[OfferedButton, ...] = ()
    once: bool = False
    only: frozenset[str] = frozenset()
    channels: Mapping[str, "Message"] = field(default_factory=dict)
    template: Mapping[str, Value] = field(default_factory=dict)

    @property
    def variants(self) -> tuple["Message", ...]:
        """The message itself and what single channels get in its place."""
        return (self, *self.channels.values())

    @property
    def offered(self) -> tuple[OfferedButton, ...]:
        """Every button of the message: under it, under its cards, on whichever channel."""
        return tuple(
            button
            for variant in self.variants
            for buttons in (variant.buttons, *(card.buttons for card in variant.cards))
            for button in buttons
        )

    @property
    def texts(self) -> tuple[Text, ...]:
        """All the words that any channel may get."""
        found: list[Text | None] = []
        for one in self.variants:
            found += [one.text, *one.pick, *(text for card in one.cards for text in card.texts)]
            if one.lines is not None:
                found += [line for _, line in one.lines.lines]
        return tuple(text for text in found if text is not None)
