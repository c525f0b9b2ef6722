"""Conversations in memory, and what is read of them."""

from collections.abc import Callable
from typing import Any, cast

from bots.errors import NotFound
from bots.model.answer import Came
from bots.model.conversation import Conversation, Opening
from bots.model.course import Point
from bots.model.dialog import Listed, Page, Sought
from bots.model.message import Address, Reply
from bots.model.metrics import Counted, Period
from bots.model.turn import MessageRecord
from bots.services.following import Following
from tests.adapters.http.fake_time import NOON, Time


def said(text: str, **known: Any) -> MessageRecord:
    return MessageRecord(
        message_id="0",
        seq=0,
        direction="outbound",
        author="bot",
        created_at=NOON,
        text=text,
        **known,
    )


class FakeMetrics:
    """Implements `bots.ports.Metrics`: nothing was ever said."""

    async def counted(
        self, workspace: int, period: Period, *, bot: str | None, user_id: str | None
    ) -> Counted:
        return Counted(
            conversations=0, escalated=0, inbound=0, outbound=0, answered_in=None, ratings=()
        )


class FakeConversations:
    """Implements `bots.ports.Conversations` in memory."""

    def __init__(self, clock: Time, new_id: Callable[[], str]) -> None:
        self._clock = clock
        self._new_id = new_id
        self.all: dict[Address, Conversation] = {}
        self.messages: dict[int, list[MessageRecord]] = {}
        self.came: dict[tuple[str, str], Came] = {}

    def opened(self, address: Address, opening: Opening | None) -> Conversation:
        if address not in self.all:
            if opening is None:
                raise NotFound("conversation", address.chat_id)
            now = self._clock()
            self.all[address] = Conversation(
                id=len(self.all) + 1,
                uuid=self._new_id(),
                address=address,
                platform=opening.platform,
                user_id=opening.user_id,
                customer_id=1,
                created_at=now,
                updated_at=now,
            )
        return self.all[address]

    def keep(self, conversation: Conversation) -> None:
        self.all[conversation.address] = conversation

    def note(
        self,
        conversation: Conversation,
        text: str,
        author: str,
        record: MessageRecord | None = None,
        keyboard: Reply | None = None,
        id: str = "",
    ) -> MessageRecord:
        kept = self.messages.setdefault(conversation.id, [])
        made = MessageRecord(
            message_id=id or self._new_id(),
            seq=len(kept) + 1,
            direction="inbound" if author == "customer" else "outbound",
            author=cast(Any, author),
            created_at=self._clock(),
            text=text,
            keyboard=keyboard.keyboard if keyboard else None,
            attachments=keyboard.attachments if keyboard else (),
            intent=record.intent if record else None,
            confidence=record.confidence if record else None,
        )
        kept.append(made)
        return made

    async def by_chat(
        self,
        workspace: int,
        platform: str,
        chat_id: str,
        user_id: str | None = None,
        bot: str | None = None,
    ) -> Conversation:
        for each in self.all.values():
            same = (each.address.workspace, each.platform, each.address.chat_id)
            if same != (workspace, platform, chat_id):
                continue
            if user_id in (None, each.user_id) and bot in (None, each.address.bot):
                return each
        raise NotFound("conversation", chat_id)

    async def by_session(self, workspace: int, session_id: str) -> Conversation:
        for each in self.all.values():
            names = {f"session_{each.uuid}"}
            if each.address.channel == "api":
                names.add(each.address.chat_id)
            if each.address.workspace == workspace and session_id in names:
                return each
        raise NotFound("conversation", session_id)

    async def of_user(self, workspace: int, user_id: str) -> list[tuple[Conversation, int]]:
        return [
            (each, len(self.messages.get(each.id, [])))
            for each in self.all.values()
            if each.address.workspace == workspace and each.user_id == user_id
        ]

    async def history(
        self, conversation: int, *, limit: int, offset: int
    ) -> tuple[list[MessageRecord], int]:
        kept = self.messages.get(conversation, [])
        return kept[offset : offset + limit], len(kept)

    async def tail(self, address: Address, *, limit: int) -> list[MessageRecord]:
        return self.messages.get(self.all[address].id, [])[-limit:]

    async def message(
        self, workspace: int, message_id: str
    ) -> tuple[Conversation, MessageRecord] | None:
        for each in self.all.values():
            for record in self.messages.get(each.id, []):
                if (each.address.workspace, record.message_id) == (workspace, message_id):
                    return each, record
        return None

    async def came_of(self, address: Address, external_id: str, message_id: str) -> Came:
        return self.came.get((external_id, message_id), Came(waits=False))


class FakeDialogs:
    """Implements `bots.ports.Dialogs` over the same conversations."""

    def __init__(self, store: FakeConversations) -> None:
        self._store = store

    async def listed(self, workspace: int, sought: Sought, *, limit: int, offset: int) -> Page:
        found = [
            Listed(
                id=each.id,
                address=each.address,
                platform=each.platform,
                assistant=None,
                closed=each.status == "closed",
                handoff="none",
                created_at=each.created_at,
            )
            for each in self._store.all.values()
            if each.address.workspace == workspace and sought.bot in (None, each.address.bot)
        ]
        return Page(chats=found[offset : offset + limit], total=len(found))

    async def one(self, workspace: int, id: int) -> tuple[Conversation, int | None, str]:
        for each in self._store.all.values():
            if (each.address.workspace, each.id) == (workspace, id):
                return each, None, ""
        raise NotFound("dialog", id)

    async def done_by(self, conversation: int, surface: str, key: str) -> bool:
        return False

    async def messages(
        self, conversation: int, *, limit: int, offset: int | None, after: int | None
    ) -> tuple[list[MessageRecord], int]:
        kept = self._store.messages.get(conversation, [])
        return kept[-limit:], len(kept)

    async def written(self, conversation: int, surface: str, key: str) -> MessageRecord | None:
        return None


class NoCourse:
    """Implements `bots.ports.Course`: nothing goes on anywhere."""

    async def after(self, conversation: int, seq: int, *, limit: int) -> list[Point]:
        return []

    async def latest(self, conversation: int) -> int:
        return 0


class NoEpisodes:
    """Knows no conversation by its number."""

    async def conversation(self, workspace: int, id: int) -> Conversation:
        raise NotFound("conversation", id)


def following_nothing() -> Following:
    """For who tests other things."""
    return Following(
        NoCourse(),
        cast(Any, NoEpisodes()),
        cast(Any, None),
        channels={},
        place=lambda id: 0,
    )
