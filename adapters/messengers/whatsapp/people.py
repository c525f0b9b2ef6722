"""Who is who: one person keeps one chat, by whichever of their ids WhatsApp names them.

A person has a telephone number (`wa_id`), an id within the business (`user_id`), or both; either
may be missing in any webhook, and both change with the number. A chat is called by the id that was
known first and is never renamed: what came to be known later is kept on the shelf beside it.
"""

from dataclasses import dataclass
from typing import Any

from adapters.newest import Newest
from bots.ports import Clock, Shelf

REMEMBERED = 20_000
"""People whose chats are known without looking them up."""

OLD_NUMBER_SECONDS = 30 * 24 * 3600
"""How long a number that somebody left still means them; later it may be another person's."""


@dataclass(frozen=True, slots=True)
class Person:
    """Under what WhatsApp names somebody: at least one of both."""

    phone: str | None = None
    user_id: str | None = None

    @property
    def id(self) -> str:
        """The better one: a number is good for every kind of message."""
        return self.phone or self.user_id or ""


class People:
    """The people one number talks with."""

    def __init__(self, shelf: Shelf, workspace: int, phone_id: str, clock: Clock) -> None:
        self._shelf = shelf
        self._workspace = workspace
        self._owner = f"whatsapp people of {phone_id}"
        self._clock = clock
        self._chats: Newest[Person, str] = Newest(REMEMBERED)
        self._ways: Newest[str, str] = Newest(REMEMBERED)

    async def chat_of(self, person: Person) -> str:
        """The chat a person writes in; raises what the shelf raises."""
        known = self._chats.get(person)
        if known is not None:
            return known
        by_user, _ = await self._kept(person.user_id)
        by_phone, left = await self._kept(person.phone)
        chat = by_user or by_phone or self._fresh(person, left)
        await self._keep(person.user_id, by_user, chat)
        late = left and by_phone is not None
        if person.phone is not None and person.phone != chat and not late:
            await self._keep(person.phone, by_phone, chat)
            await self._lead(chat, person.phone)
        self._chats.put(person, chat)
        return chat

    async def moved(self, old: Person, new: Person) -> str:
        """A person has another number (and with it another id) from now on; gives their chat."""
        chat = await self.chat_of(old)
        for id in filter(None, (old.user_id, new.phone, new.user_id)):
            await self._put(id, chat)
        if old.phone is not None and old.phone != new.phone:
            await self._put(old.phone, {"chat": chat, "left": self._clock().timestamp()})
        self._chats.clear()
        await self._lead(chat, new.id)
        return chat

    async def also(self, chat: str, phone: str) -> None:
        """The number a chat is written to is known to WhatsApp as another one.

        Brazil's and Mexico's mobile numbers are: the person's answer comes from that one.
        """
        person = Person(phone)
        if person in self._chats:
            return
        known, _ = await self._kept(phone)
        if known is None:
            await self._put(phone, chat)
        self._chats.put(person, known or chat)

    async def way_to(self, chat: str) -> str:
        """The id under which the person of a chat is written to now."""
        way = self._ways.get(chat)
        if way is None:
            kept = await self._shelf.get(self._workspace, self._owner, f"to:{chat}")
            way = kept if isinstance(kept, str) else chat
            self._ways.put(chat, way)
        return way

    # ------------------------------------------------------------ inside

    def _fresh(self, person: Person, left: float) -> str:
        """A chat for somebody new. Whose number was another's goes by another name than theirs."""
        if person.phone is not None and left:
            return person.user_id or f"{person.phone}~{int(left)}"
        return person.id

    async def _kept(self, id: str | None) -> tuple[str | None, float]:
        """The chat an id was met in, and when its person left it (0: they did not)."""
        if id is None:
            return None, 0.0
        kept = await self._shelf.get(self._workspace, self._owner, f"id:{id}")
        if isinstance(kept, dict):
            left = float(kept["left"])
            gone = self._clock().timestamp() - left > OLD_NUMBER_SECONDS
            return (None if gone else str(kept["chat"])), left
        return (kept if isinstance(kept, str) else None), 0.0

    async def _keep(self, id: str | None, known: str | None, chat: str) -> None:
        if id is not None and known != chat:
            await self._put(id, chat)

    async def _put(self, id: str, value: Any) -> None:
        await self._shelf.put(self._workspace, self._owner, f"id:{id}", value)

    async def _lead(self, chat: str, id: str) -> None:
        if await self.way_to(chat) != id:
            await self._shelf.put(self._workspace, self._owner, f"to:{chat}", id)
            self._ways.put(chat, id)
