"""One-time codes: made to be read aloud, kept hashed, good for a quarter of an hour, slow to guess."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bots.errors import CodeRefused, Guessing
from bots.model.operator import Linked
from bots.ports import Clock
from bots.ports import Operators as Store
from bots.services.chance import RandomBytes

Kind = Literal["operator", "desk"]

GOOD_FOR = timedelta(minutes=15)
WRONG_A_MINUTE = 5
_MINUTE = timedelta(minutes=1)

_LETTERS = "234679ACDEFGHJKMNPQRTVWXY"
"""No two that are read aloud or written alike: no 0 and O, 1 and I and L, 5 and S, 8 and B, 2 and Z, U and V."""
_LENGTH = 8
_SAME = str.maketrans("АВЕКМНОРСТХУ", "ABEKMHOPCTXY")
"""Cyrillic letters that look like ours: whoever copies a code by eye may type those."""
_REMEMBERED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCode:
    """To be shown once: only its hash is kept."""

    code: str
    expires: datetime


class Codes:
    """Makes codes and takes them; whoever guesses is not listened to for a while."""

    def __init__(
        self, store: Store, *, workspace: int, clock: Clock, random_bytes: RandomBytes
    ) -> None:
        self._store = store
        self._workspace = workspace
        self._clock = clock
        self._random_bytes = random_bytes
        self._wrong: dict[str, list[datetime]] = {}
        self._told: set[str] = set()

    async def new(self, kind: Kind, subject: Mapping[str, Any], *, alone: bool = False) -> NewCode:
        """A code for that; `alone` makes earlier ones for the same void."""
        now = self._clock()
        code = spelled(self._random_bytes)
        expires = now + GOOD_FOR
        await self._store.add_code(
            self._workspace, digest(code), kind, subject, now=now, expires=expires, alone=alone
        )
        return NewCode(code=code, expires=expires)

    async def use(self, kind: Kind, code: str, *, by: str, where: str) -> Mapping[str, Any]:
        """What a code is for; once, but to whom used it (`where`) as often as they ask.

        `by` is who types. Raises CodeRefused, Guessing.
        """
        now = self._listening(by)
        try:
            return await self._store.use_code(
                self._workspace, digest(code), kind, by=where, now=now
            )
        except CodeRefused:
            self._note_wrong(by, now)
            raise

    async def link(self, code: str, *, telegram: str, username: str) -> Linked:
        """Link a person of Telegram. Raises CodeRefused, Guessing, LinkedElsewhere."""
        now = self._listening(telegram)
        try:
            return await self._store.link(
                self._workspace, digest(code), telegram=telegram, username=username, now=now
            )
        except CodeRefused:
            self._note_wrong(telegram, now)
            raise

    # ------------------------------------------------------------ guessing

    def _listening(self, by: str) -> datetime:
        now = self._clock()
        recent = [one for one in self._wrong.get(by, ()) if now - one < _MINUTE]
        if len(recent) >= WRONG_A_MINUTE:
            first = by not in self._told
            self._told.add(by)
            left = recent[-WRONG_A_MINUTE] + _MINUTE - now
            raise Guessing(left.total_seconds(), first=first)
        self._told.discard(by)
        return now

    def _note_wrong(self, by: str, now: datetime) -> None:
        if by not in self._wrong and len(self._wrong) >= _REMEMBERED:
            self._forget(now)
        recent = [one for one in self._wrong.get(by, ()) if now - one < _MINUTE]
        self._wrong[by] = [*recent, now]

    def _forget(self, now: datetime) -> None:
        self._wrong = {
            who: wrong for who, wrong in self._wrong.items() if now - wrong[-1] < _MINUTE
        }
        self._told &= self._wrong.keys()


def spelled(random_bytes: RandomBytes, length: int = _LENGTH) -> str:
    """So many letters by fours, each as likely as another."""
    # Bytes past the last whole round of the letters are left out.
    fair = 256 - 256 % len(_LETTERS)
    drawn = ""
    while len(drawn) < length:
        drawn += "".join(
            _LETTERS[one % len(_LETTERS)] for one in random_bytes(length) if one < fair
        )
    return "-".join(drawn[place : place + 4] for place in range(0, length, 4))


def digest(code: str) -> str:
    """What is kept of a code, however it was typed: small letters, blanks, Cyrillic look-alikes."""
    plain = "".join(letter for letter in code.upper().translate(_SAME) if letter.isalnum())
    return hashlib.sha256(f"code:{plain}".encode()).hexdigest()
