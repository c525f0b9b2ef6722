"""The words a picture needs beside the owner's own: what a way is called, in the bot's language."""

import re
from collections.abc import Mapping
from datetime import timedelta

from flows.formats import plural
from flows.graph import Way
from flows.model import Ask, Await, Bot, Branch, Choose, Flow, HandOff, Jump, Split

RUSSIAN: Mapping[str, str] = {
    "when": "Когда",
    "if": "если",
    "called_by": "Его вызывают",
    "first": "первое сообщение",
    "anywhere": "В любом шаге",
    "always": "В любой момент",
    "else": "иначе",
    "failed": "не удалось",
    "timeout": "время вышло",
    "after": "через {span}",
    "misses": "не поняли ответ",
    "unanswered": "никто не ответил",
    "waited": "{span} без ответа",
    "offline": "не на связи",
    "closed": "закрыли",
    "cancel": "клиент отменил",
    "later": "позже",
    "matches": "по образцу",
    "done": "готово",
    "cancelled": "отмена",
    "photo": "фото",
    "video": "видео",
    "audio": "аудио",
    "voice": "голос",
    "document": "файл",
    "album": "альбом",
    "file": "файл",
    "location": "место",
    "contact": "контакт",
    "sticker": "стикер",
    "cards": "карточки",
    "event no_match": "никто не понял",
    "event error": "сбой",
    "event cancel": "отмена задачи",
    "event expired": "долгое молчание",
    "event updated": "сценарий изменили",
    "more": "ещё {count}",
    "whole": "Весь бот",
}

ENGLISH: Mapping[str, str] = {
    "when": "When",
    "if": "if",
    "called_by": "Called by",
    "first": "the first message",
    "anywhere": "In any step",
    "always": "At any moment",
    "else": "else",
    "failed": "failed",
    "timeout": "time is up",
    "after": "after {span}",
    "misses": "answer not understood",
    "unanswered": "nobody answered",
    "waited": "{span} without an answer",
    "offline": "nobody is there",
    "closed": "closed",
    "cancel": "customer cancelled",
    "later": "later",
    "matches": "by a pattern",
    "done": "done",
    "cancelled": "cancelled",
    "photo": "photo",
    "video": "video",
    "audio": "audio",
    "voice": "voice",
    "document": "file",
    "album": "album",
    "file": "file",
    "location": "location",
    "contact": "contact",
    "sticker": "sticker",
    "cards": "cards",
    "event no_match": "nobody understood",
    "event error": "something broke",
    "event cancel": "the task is cancelled",
    "event expired": "a long silence",
    "event updated": "the flow was edited",
    "more": "{count} more",
    "whole": "The whole bot",
}

_UNITS = (
    (604_800, ("неделю", "недели", "недель"), ("week", "weeks")),
    (86_400, ("день", "дня", "дней"), ("day", "days")),
    (3_600, ("час", "часа", "часов"), ("hour", "hours")),
    (60, ("минуту", "минуты", "минут"), ("minute", "minutes")),
    (1, ("секунду", "секунды", "секунд"), ("second", "seconds")),
)
_FILLED = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)


def said(language: str, name: str, **filling: object) -> str:
    """A word of ours; English where the language is neither. Unknown names stand for themselves."""
    words = RUSSIAN if language.startswith("ru") else ENGLISH
    return words.get(name, name).format(**filling) if filling else words.get(name, name)


def plain(text: str) -> str:
    """A text of the owner's in one line; what is filled in stands in single braces."""
    return " ".join(_FILLED.sub(r"{\1}", text).split())


def span(language: str, duration: timedelta) -> str:
    """A duration in the largest unit that it is whole in."""
    seconds = int(duration.total_seconds())
    for size, russian, english in _UNITS:
        if seconds and seconds % size == 0:
            if language.startswith("ru"):
                return plural(seconds // size, russian, "ru")
            return plural(seconds // size, english, "en")
    return "0"


def way_label(bot: Bot, flow: Flow, index: int, way: Way) -> str:
    """What a way out of an operation is called; empty for one that simply goes on."""
    language = bot.language
    operation = flow.code[index] if index >= 0 else None
    match way.kind:
        case "case" if isinstance(operation, Split):
            return f"{plain(way.label)} · {_share(operation, way.label)} %"
        case "button" | "if" | "case":
            return plain(way.label)
        case "handler":
            return plain(said_event(language, way.label))
        case "else":
            return said(language, "else") if _written_else(flow, operation) else ""
        case "misses" if isinstance(operation, Ask):
            tries = operation.question.tries or bot.defaults.tries
            return _misses(language, tries)
        case "timeout" if isinstance(operation, Ask) and operation.question.timeout:
            return said(language, "after", span=span(language, operation.question.timeout))
        case "timeout" if isinstance(operation, Await) and operation.after:
            return said(language, "after", span=span(language, operation.after))
        case "unanswered" if isinstance(operation, HandOff) and operation.unanswered_after:
            return said(language, "waited", span=span(language, operation.unanswered_after))
        case "":
            return ""
        case kind:
            return said(language, kind)


def _share(split: Split, case: str) -> int:
    return round(100 * split.shares[case] / (sum(split.shares.values()) or 1))


def said_event(language: str, name: str) -> str:
    """An event of the engine's in words; any other, and the owner's own words, as they are."""
    return said(language, f"event {name}" if f"event {name}" in RUSSIAN else name)


def _misses(language: str, tries: int) -> str:
    if language.startswith("ru"):
        return plural(tries, ("промах", "промаха", "промахов"), "ru")
    return plural(tries, ("miss", "misses"), "en")


def _written_else(flow: Flow, operation: object) -> bool:
    """Whether the owner wrote an `else`: the block before it then leaps over it."""
    if not isinstance(operation, Branch | Choose):
        return False
    before = flow.code[operation.otherwise - 1]
    return isinstance(before, Jump) and before.entry > operation.otherwise
