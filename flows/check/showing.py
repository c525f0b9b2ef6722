"""What a messenger will show in another form than it was written, told to those who chose it."""

from collections.abc import Iterator
from typing import NamedTuple

from flows import complaints
from flows.check.pieces import place_of
from flows.errors import Place
from flows.messengers import MESSENGERS, Messenger
from flows.model import Ask, Bot, Flow, Message, OfferedButton, Say
from flows.report import Report
from flows.text import Text


class _Change(NamedTuple):
    """A key of a message, and what becomes of it."""

    key: str
    ru: str
    en: str


def check_showing(bot: Bot, report: Report) -> None:
    """Only of messengers that the bot names: which others it may live in nobody knows here."""
    named = [one for one in MESSENGERS if one.name in bot.channels]
    for flow in (bot.own, *bot.flows.values()) if named else ():
        for place, message in _messages(flow):
            for messenger in named:
                if not message.only or messenger.name in message.only:
                    _check(report, place, message, messenger)
        for place, buttons in _questions(flow):
            for messenger in named:
                _check_shares(report, place, buttons, messenger)


def _questions(flow: Flow) -> Iterator[tuple[Place, tuple[OfferedButton, ...]]]:
    """The buttons of every question: those that share something stand under questions alone."""
    for index, operation in enumerate(flow.code):
        if isinstance(operation, Ask):
            yield place_of(flow, index), operation.question.body.buttons


def _check_shares(
    report: Report, place: Place, buttons: tuple[OfferedButton, ...], messenger: Messenger
) -> None:
    for button in buttons:
        if button.share is not None and button.share not in messenger.shares:
            name = button.label.source
            report(complaints.SHARED_IN_WORDS, place, title=messenger.title, name=name)


def _messages(flow: Flow) -> Iterator[tuple[Place, Message]]:
    """Every `say`: a question has no words for one messenger alone, so nothing could be done."""
    for index, operation in enumerate(flow.code):
        if isinstance(operation, Say):
            yield place_of(flow, index), operation.message


def _check(report: Report, place: Place, message: Message, messenger: Messenger) -> None:
    shown = message.channels.get(messenger.name, message)
    for change in _changes(shown, messenger) if not shown.template else ():
        report(
            complaints.SHOWN_OTHERWISE,
            place,
            title=messenger.title,
            name=messenger.name,
            key=change.key,
            how=report.words(change.ru, change.en),
        )


def _changes(message: Message, messenger: Messenger) -> Iterator[_Change]:
    if message.album and messenger.album == 0:
        yield _Change("album", "картинки придут по одной", "its pictures come one by one")
    elif messenger.album and len(message.album) > messenger.album:
        yield _Change(
            "album",
            f"в одном сообщении {messenger.album} картинок, остальные в следующем",
            f"{messenger.album} pictures go in one message, the others in another",
        )
    if message.cards and not messenger.cards:
        yield _Change(
            "cards",
            "каждая карточка придёт своим сообщением",
            "each card comes as a message of its own",
        )
    if not messenger.links and _links_are_lines(message.buttons):
        yield _Change(
            "buttons",
            "кнопки со ссылками станут строками текста",
            "buttons with links become lines of the text",
        )
    yield from _long_words(message, messenger)


def _links_are_lines(buttons: tuple[OfferedButton, ...]) -> bool:
    """One link alone can be a button everywhere."""
    return len(buttons) > 1 and any(button.url is not None for button in buttons)


def _long_words(message: Message, messenger: Messenger) -> Iterator[_Change]:
    length = _length(message.text)
    if length > messenger.text:
        parts = -(-length // messenger.text)
        yield _Change(
            "text",
            f"{length} знаков придут {parts} сообщениями",
            f"its {length} characters come as {parts} messages",
        )
    elif length > messenger.caption and (message.media or message.album):
        yield _Change(
            "text",
            f"под картинкой помещается {messenger.caption} знаков, слова придут отдельно",
            f"{messenger.caption} characters fit under a picture, the words come by themselves",
        )


def _length(text: Text | None) -> int:
    """Of a text with expressions nobody knows it yet."""
    return len(text.source) if text is not None and text.constant else 0
