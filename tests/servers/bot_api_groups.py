"""The groups of a fake Bot API, with topics or without: who is in them, and what a bot may do there."""

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.bot_api_chats import Chat, Message
from tests.servers.bot_api_icons import ICONS
from tests.servers.bot_api_refused import Refused

ADMIN = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)
"""The rights that an administrator of a group may have."""

MINUTE = 60.0
EVENTS = 20
"""What a bot may do in a group within a minute: https://core.telegram.org/bots/faq."""

LOST = ("message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID")
"""What Telegram says of a topic that somebody deleted; nothing tells which of them it will be."""

ANONYMOUS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
GENERAL = 1

_TOPIC_CALLS = ("editForumTopic", "closeForumTopic", "reopenForumTopic")
_FREE = ("sendChatAction", "deleteMessage", "deleteMessages")
_PINS = ("pinChatMessage", "unpinChatMessage", "unpinAllForumTopicMessages", "unpinAllChatMessages")


@dataclass(slots=True)
class Topic:
    """`gone` is what Telegram says of it since somebody deleted it; `by` is who made it."""

    thread: int
    name: str
    colour: int
    by: int
    icon: str = ""
    closed: bool = False
    gone: str = ""


@dataclass(slots=True)
class Group:
    """One group as one bot knows it.

    `rights` are the bot's, None where it is no administrator; `away` says how it left. No more than
    `limit` events a minute are taken (None: any number); `busiest` is the fullest minute there was.
    `admins_write` says that administrators may write into closed topics.
    """

    chat: Chat
    title: str
    me: Mapping[str, Any]
    clock: Callable[[], float]
    forum: bool = True
    rights: frozenset[str] | None = frozenset(ADMIN)
    away: str = ""
    limit: int | None = EVENTS
    admins_write: bool = False
    topics: dict[int, Topic] = field(default_factory=dict)
    members: dict[int, dict[str, Any]] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    events: deque[float] = field(default_factory=deque)
    busiest: int = 0

    @property
    def kind(self) -> str:
        return "supergroup" if int(self.chat.id) < -(10**12) else "group"

    def about(self) -> dict[str, Any]:
        """The chat as messages tell it."""
        forum = {"is_forum": True} if self.forum else {}
        return {"id": self.chat.id, "type": self.kind, "title": self.title, **forum}

    def may(self, right: str) -> bool:
        return self.rights is not None and right in self.rights

    def member(self, user: int) -> dict[str, Any]:
        """Somebody as getChatMember tells them."""
        if user == self.me["id"]:
            return self.myself()
        found = self.members.get(user)
        if found is None:
            raise Refused(400, "Bad Request: member not found")
        return found

    def myself(self) -> dict[str, Any]:
        if self.away:
            until = {"until_date": 0} if self.away == "kicked" else {}
            return {"user": dict(self.me), "status": self.away, **until}
        if self.rights is None:
            return {"user": dict(self.me), "status": "member"}
        return administrator(self.me, self.rights)

    def shown_in(self, message: Message) -> int | None:
        """The topic a message stands in, None for General."""
        if not message.get("is_topic_message"):
            return None
        found = message.get("message_thread_id")
        return found if isinstance(found, int) else None

    # ------------------------------------------------------------ what a bot may do

    def admit(self, method: str, values: Mapping[str, Any]) -> None:
        """Let a call through. Raises Refused as Telegram does."""
        self._inside()
        if not method.startswith("get"):
            self._rightful(method, values)
            self._threaded(method, values)
            self._counted(method, values)

    def _inside(self) -> None:
        if self.chat.migrated_to is not None:
            raise Refused(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.chat.migrated_to,
            )
        if self.away == "kicked":
            raise Refused(403, f"Forbidden: bot was kicked from the {self.kind} chat")
        if self.away:
            raise Refused(403, f"Forbidden: bot is not a member of the {self.kind} chat")

    def _rightful(self, method: str, values: Mapping[str, Any]) -> None:
        if "ForumTopic" in method and not self.forum:
            raise Refused(400, "Bad Request: the chat is not a forum")
        if method == "createForumTopic" and not self.may("can_manage_topics"):
            raise Refused(400, "Bad Request: not enough rights to create a topic")
        if method in _TOPIC_CALLS and not self.may("can_manage_topics"):
            topic = self.topics.get(values["message_thread_id"])
            if topic is None or topic.by != self.me["id"]:
                raise Refused(400, "Bad Request: not enough rights to edit the topic")
        if method == "deleteForumTopic" and not self.may("can_delete_messages"):
            raise Refused(400, "Bad Request: not enough rights to delete the topic")
        if method in _PINS and not self.may("can_pin_messages"):
            raise Refused(
                400, "Bad Request: not enough rights to manage pinned messages in the chat"
            )
        if method == "deleteMessage":
            self._deletable(values)

    def _deletable(self, values: Mapping[str, Any]) -> None:
        kept = self.chat.messages.get(int(values["message_id"]))
        if kept is None:
            return
        foreign = not kept.own and not self.may("can_delete_messages")
        if foreign or "forum_topic_created" in kept.message:
            raise Refused(400, "Bad Request: message can't be deleted")

    def _threaded(self, method: str, values: Mapping[str, Any]) -> None:
        thread = values.get("message_thread_id")
        if thread is None:
            return
        topic = self.topics.get(thread)
        if topic is None:
            said = LOST[0] if method.startswith(("send", "copy", "forward")) else LOST[2]
            raise Refused(400, f"Bad Request: {said}")
        if topic.gone:
            raise Refused(400, f"Bad Request: {topic.gone}")
        writes = method.startswith(("send", "copy", "forward")) and method != "sendChatAction"
        if writes and topic.closed and not (self.admins_write and self.may("can_manage_topics")):
            raise Refused(400, "Bad Request: TOPIC_CLOSED")

    def _counted(self, method: str, values: Mapping[str, Any]) -> None:
        """Sending, editing and making count together, each part of an album for itself."""
        if method in _FREE or method.startswith(("set", "answer")):
            return
        now = self.clock()
        while self.events and self.events[0] <= now - MINUTE:
            self.events.popleft()
        media = values.get("media")
        count = len(media) if method == "sendMediaGroup" and isinstance(media, list) else 1
        if self.limit is not None and len(self.events) + count > self.limit:
            oldest = self.events[min(len(self.events) + count - self.limit, len(self.events)) - 1]
            wait = max(math.ceil(oldest + MINUTE - now), 1)
            raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        self.events.extend([now] * count)
        self.busiest = max(self.busiest, len(self.events))

    # ------------------------------------------------------------ what stands in messages

    def threaded(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that say which topic a bot's message stands in."""
        thread = values.get("message_thread_id")
        if not self.forum or thread is None:
            return {}
        return {"message_thread_id": thread, "is_topic_message": True}

    def same_topic(self, values: Mapping[str, Any], replied: Message) -> bool:
        """Whether a bot's message stands where the one it replies to does."""
        return not self.forum or self.shown_in(replied) == values.get("message_thread_id")


class Groups:
    """The groups one bot is in, by their ids."""

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups.values())

    def add(self, group: Group) -> None:
        self._groups[str(group.chat.id)] = group

    def get(self, chat_id: Any) -> Group | None:
        return self._groups.get(str(chat_id))

    def of(self, chat_id: Any) -> Group:
        """Raises Refused as Telegram does for a chat it does not know."""
        group = self.get(chat_id)
        if group is None:
            raise Refused(400, "Bad Request: chat not found")
        return group

    def admit(self, method: str, values: Mapping[str, Any]) -> None:
        """Let a call through where it is for no group, or allowed in its group."""
        group = self.get(values.get("chat_id"))
        if group is not None:
            group.admit(method, values)


def administrator(user: Mapping[str, Any], rights: frozenset[str]) -> dict[str, Any]:
    """An administrator as getChatMember tells them."""
    return {
        "user": dict(user),
        "status": "administrator",
        "can_be_edited": False,
        "is_anonymous": False,
        **{right: right in rights for right in ADMIN},
    }


def group_state(group: Group) -> dict[str, Any]:
    """Everything of a group, for whoever looks at it from outside."""
    return {
        "title": group.title,
        "forum": group.forum,
        "me": group.myself(),
        "topics": [
            {
                "thread": topic.thread,
                "name": topic.name,
                "icon": ICONS.get(topic.icon, ""),
                "closed": topic.closed,
                "gone": topic.gone,
                "by": topic.by,
            }
            for topic in group.topics.values()
        ],
        "messages": [
            {"message": kept.message, "markup": kept.markup, "own": kept.own}
            for kept in group.chat.messages.values()
        ],
        "pinned": [number for number in group.pinned if number in group.chat.messages],
        "busiest": group.busiest,
    }
