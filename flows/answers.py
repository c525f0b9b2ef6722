"""Answer types: what a customer may write for each `as`, and the value it becomes."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from flows import attachments, clocks, contacts, dates, days_and_times, marks, numerals
from flows.assent import yes_or_no
from flows.attachments import ATTACHED
from flows.cleaning import CLEANS, digits_inside
from flows.env import Env
from flows.lands import land_of
from flows.misfits import beyond, misfit
from flows.patterns import Pattern, compiled
from flows.reasons import reason
from flows.text import Text
from flows.turn import Sent


class Fit(Struct, frozen=True, gc=False):
    value: Any


class Misfit(Struct, frozen=True, gc=False):
    """`reason` says to the customer what is expected, in the bot's language."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerType:
    """A type of answers. `min` and `max` bound a text's length, a number, a count of photos.

    `unmistakable` types are looked for in the message that started a flow unless told otherwise.
    """

    name: str
    base: str
    clean: str | None = None
    matches: Pattern | None = None
    min: float | None = None
    max: float | None = None
    retry: Text | None = None
    unmistakable: bool = False

    def parse(self, text: str, attached: Sequence[Sent], env: Env) -> Fit | Misfit:
        """What an answer to this type's question means. Choices are matched by the engine.

        Of photos those up to `max` are taken; whether they are enough, `enough` tells at the end.
        """
        if self.base in ATTACHED:
            return self._attachment(text, attached, env)
        if self.base == "phone":
            for sent in attached:
                shared = attachments.phone_of(sent)
                if shared is not None:
                    return Fit(shared)
        if self.base != "text":
            text = visible(text[:LONGEST])
        return self._written(text.strip(), env)

    def find(self, text: str, env: Env) -> Any | None:
        """The only such answer inside a sentence, or None; never a guess between two."""
        text = visible(text[:LONGEST])
        if self.matches is not None and self.base not in _UNMISTAKABLE:
            fitting = {value for value in self._candidates(text) if self._matching(value)}
            values = {self._read(value, env) for value in fitting} - {None}
        else:
            finder = _FINDERS.get(self.base)
            found = () if finder is None else finder(text, env)
            values = {value for value in found if value is not None and self._agrees(value)}
        if len(values) != 1:
            return None
        value = values.pop()
        return value if self._misfit(value, env) is None else None

    def enough(self, count: int, env: Env) -> Misfit | None:
        """Whether so many gathered photos or choices may end the question."""
        least = 1 if self.min is None else self.min
        if count < least:
            name = f"{self.base}_min" if count else self.base
        elif self.max is not None and count > self.max:
            name = f"{self.base}_max"
        else:
            return None
        most = "" if self.max is None else f"{self.max:g}"
        return Misfit(reason(name, env.language, min=f"{least:g}", max=most))

    # ------------------------------------------------------------ inside

    def _written(self, text: str, env: Env) -> Fit | Misfit:
        cleaned = self._cleaned(text)
        by_value = self.base in _UNMISTAKABLE
        if self.matches is not None and not by_value and not self._matching(cleaned):
            return Misfit(reason("matches", env.language))
        value = self._read(cleaned, env)
        if value is None:
            least = self.min if self.min is not None else 1
            most = self.max if self.max is not None else MOST_STARS
            return Misfit(misfit(self.base, text, env, least, most))
        if by_value and not self._matching(value):
            return Misfit(reason("matches", env.language))
        return self._misfit(value, env) or Fit(value)

    def _cleaned(self, text: str) -> str:
        """The text without what `clean` drops; digits among words are taken if they are alone."""
        if self.clean is None:
            return text
        if self.clean == "digits" and any(map(str.isalpha, text)):
            found = [value for value in digits_inside(text) if self._matching(value)]
            return found[0] if len(set(found)) == 1 else ""
        return CLEANS[self.clean](text)

    def _matching(self, text: str) -> bool:
        return bool(text) and (self.matches is None or self.matches.fullmatch(text))

    def _agrees(self, value: Any) -> bool:
        return self.base not in _UNMISTAKABLE or self._matching(value)

    def _candidates(self, text: str) -> list[str]:
        if self.clean == "digits":
            return digits_inside(text)
        words = [word.strip("\"'«»“”().,!?:;№#") for word in text.split()[:60]]
        clean = CLEANS[self.clean] if self.clean else str
        return [clean(word) for word in words if word]

    def _read(self, text: str, env: Env) -> Any:
        return _READERS[self.base](text, env, self) if text or self.base in _SILENT else None

    def _misfit(self, value: Any, env: Env) -> Misfit | None:
        if self.base not in ("text", "number", "integer"):
            return None
        size = len(value) if self.base == "text" else value
        fits = (self.min is None or size >= self.min) and (self.max is None or size <= self.max)
        return None if fits else Misfit(beyond(self.base, size, env, self.min, self.max))

    def _attachment(self, text: str, attached: Sequence[Sent], env: Env) -> Fit | Misfit:
        if self.base == "any" and text.strip():
            return Fit(text.strip())
        fitting = [sent for sent in attached if attachments.is_a(sent, ATTACHED[self.base])]
        if self.base == "location":
            place = attachments.place_of(fitting, visible(text[:LONGEST]))
            return Misfit(misfit("location", text, env)) if place is None else Fit(place)
        if not fitting:
            return Misfit(misfit(self.base, "", env))
        if self.base == "photos":
            most = None if self.max is None else int(self.max)
            return Fit([attachments.value_of(sent) for sent in fitting][:most])
        return Fit(attachments.value_of(fitting[0]))


# ---------------------------------------------------------------- words

MOST_STARS = 5
LONGEST = 2_000
"""More of a message than this holds no answer but a text."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_SILENT = frozenset({"yes_no"})

Reader = Callable[[str, Env, AnswerType], Any]


def visible(text: str) -> str:
    """Digits of every script in ours, and no marks of direction, which come along when copied."""
    if text.isascii():
        return text
    seen = _INVISIBLE.sub("", text)
    return _FOREIGN_DIGIT.sub(lambda found: str(int(found.group())), seen)


def _only(found: Sequence[Any]) -> Any | None:
    return found[0] if len(found) == 1 else None


def _integer(text: str, env: Env, kind: AnswerType) -> int | None:
    number = numerals.written_number(text, env.language)
    return number if isinstance(number, int) else None


def _rating(text: str, env: Env, kind: AnswerType) -> int | None:
    most = int(kind.max if kind.max is not None else MOST_STARS)
    value = marks.mark(text, most)
    return value if value is not None and int(kind.min or 1) <= value <= most else None


_READERS: Mapping[str, Reader] = {
    "text": lambda text, env, kind: text,
    "number": lambda text, env, kind: numerals.written_number(text, env.language),
    "integer": _integer,
    "yes_no": lambda text, env, kind: yes_or_no(text),
    "choice": lambda text, env, kind: None,
    "many": lambda text, env, kind: None,
    "date": lambda text, env, kind: days_and_times.day_of(text, env),
    "time": lambda text, env, kind: days_and_times.time_of(text, env),
    "date_time": lambda text, env, kind: days_and_times.read_date_time(text, env),
    "phone": lambda text, env, kind: contacts.answered_phone(text, land_of(env)),
    "email": lambda text, env, kind: contacts.answered_email(text),
    "url": lambda text, env, kind: _only(contacts.urls_in(text)),
    "rating": _rating,
}
_FINDERS: Mapping[str, Callable[[str, Env], Sequence[Any]]] = {
    "number": lambda text, env: [numerals.one_number(text, env.language)],
    "integer": lambda text, env: [
        number for number in [numerals.one_number(text, env.language)] if isinstance(number, int)
    ],
    "date": lambda text, env: [dates.date_inside(text, env)],
    "time": lambda text, env: [clocks.time_inside(text)],
    "date_time": lambda text, env: [days_and_times.date_time_inside(text, env)],
    "phone": lambda text, env: contacts.phones_in(text, land_of(env)),
    "email": lambda text, env: contacts.emails_in(text),
    "url": lambda text, env: contacts.urls_in(text),
}

# ---------------------------------------------------------------- making types

BASES = (*_READERS, *ATTACHED)
_OF_WORDS = frozenset(_READERS) - {"choice", "many", "yes_no", "rating"}
_CLEANED = frozenset({"text", "number", "integer"})
_BOUNDED = frozenset({"text", "number", "integer", "rating", "photos", "many"})
_UNMISTAKABLE = frozenset({"phone", "email", "url"})


def answer_type(
    name: str,
    *,
    base: str,
    clean: str | None = None,
    matches: str | None = None,
    min: Any = None,
    max: Any = None,
    retry: Text | None = None,
) -> AnswerType:
    """A type made of a base one; ValueError says in words what does not go together."""
    if base not in BASES:
        raise ValueError(f"нет такого типа ответа: «{base}»")
    if clean is not None and clean not in CLEANS:
        raise ValueError(f"clean бывает {', '.join(CLEANS)}, а не «{clean}»")
    if clean is not None and base not in _CLEANED:
        raise ValueError(f"clean не подходит к ответу «{base}»")
    if matches is not None and base not in _OF_WORDS:
        raise ValueError(f"matches не подходит к ответу «{base}»")
    if (min is not None or max is not None) and base not in _BOUNDED:
        raise ValueError(f"min и max не подходят к ответу «{base}» — проверьте его в check вопроса")
    least, most = _bound("min", min, base), _bound("max", max, base)
    if least is not None and most is not None and least > most:
        raise ValueError("min больше, чем max")
    return AnswerType(
        name=name,
        base=base,
        clean=clean,
        matches=None if matches is None else compiled(matches, whole=True),
        min=least,
        max=most,
        retry=retry,
        unmistakable=base in _UNMISTAKABLE or (matches is not None and name not in BASES),
    )


def narrowed(
    kind: AnswerType,
    *,
    clean: str | None = None,
    matches: str | None = None,
    min: Any = None,
    max: Any = None,
) -> AnswerType:
    """A type as one question narrows it; what the question does not say stays the type's own."""
    whole = answer_type(
        kind.name,
        base=kind.base,
        clean=clean or kind.clean,
        matches=matches,
        min=kind.min if min is None else min,
        max=kind.max if max is None else max,
        retry=kind.retry,
    )
    if matches is not None:
        return whole
    return dataclasses.replace(whole, matches=kind.matches, unmistakable=kind.unmistakable)


def _bound(key: str, value: Any, base: str) -> float | None:
    if value is None:
        return None
    number = numerals.plain(value)
    if number is None:
        raise ValueError(f"{key} — это число, а не «{value}»")
    if base in ("number", "integer"):
        return number
    if number != int(number) or number < 0:
        raise ValueError(f"{key} здесь — целое число от нуля")
    if base == "rating" and not 1 <= number <= 10:
        raise ValueError(f"{key} оценки бывает от 1 до 10")
    return int(number)


BASE_TYPES: Mapping[str, AnswerType] = {name: answer_type(name, base=name) for name in BASES}
