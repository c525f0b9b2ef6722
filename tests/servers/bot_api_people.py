"""What people do in the groups of a fake Bot API: they write, press, close topics, throw the bot out."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.bot_api_bots import Bot
from tests.servers.bot_api_chats import Kept, Message
from tests.servers.bot_api_groups import ADMIN, ANONYMOUS, Group
from tests.servers.bot_api_icons import COLOURS
from tests.servers.bot_api_topics import Topics

Body = Mapping[str, Any]
Deliver = Callable[[Bot, dict[str, Any], int], int | None]


class People:
    """Carries out what a test lets people do. `deliver` hands a bot an update so many times."""

    def __init__(self, topics: Topics, deliver: Deliver) -> None:
        self._topics = topics
        self._deliver = deliver
        self._numbers = itertools.count(1)
        self._acts: dict[str, Callable[[Bot, Group, Body], Any]] = {
            "sets": self._set,
            "joins": self._join,
            "writes": self._write,
            "edits": self._edit,
            "presses": self._press,
            "reacts": self._react,
            "removes": self._remove,
            "pins": self._pin,
            "creates": self._create,
            "renames": self._rename,
            "closes": lambda bot, group, body: self._close(bot, group, body, closed=True),
            "reopens": lambda bot, group, body: self._close(bot, group, body, closed=False),
            "deletes": self._delete,
            "moves": self._move_bot,
            "migrates": self._migrate,
        }

    def do(self, bot: Bot, body: Body) -> Any:
        """`body["does"]` says what; a group that is not there yet is made by `founds`."""
        if body["does"] == "founds":
            return self._found(bot, body)
        return self._acts[body["does"]](bot, bot.groups.of(body["chat_id"]), body)

    # ------------------------------------------------------------ the group itself

    def _found(self, bot: Bot, body: Body) -> bool:
        group = Group(
            chat=bot.chats.chat(body["chat_id"]),
            title=body["title"],
            me=bot.user,
            clock=bot.clock,
            forum=body["forum"],
        )
        # The first numbers of a real group went to what founded it; 1 is General's.
        group.chat.last = max(group.chat.last, 10)
        bot.groups.add(group)
        if body.get("rights") is not None:
            group.rights = frozenset(body["rights"])
        return True

    def _set(self, bot: Bot, group: Group, body: Body) -> bool:
        """Nobody is told of these."""
        if "forum" in body:
            group.forum = body["forum"]
        if "limit" in body:
            group.limit = body["limit"]
        if "last" in body:
            group.chat.last = body["last"]
        if "admins_write" in body:
            group.admins_write = body["admins_write"]
        return True

    def _join(self, bot: Bot, group: Group, body: Body) -> bool:
        """As an ordinary member, or as whatever `status` says."""
        person = body["who"]
        status = body.get("status") or "member"
        more: dict[str, Any] = {}
        if status == "administrator":
            more = {"can_be_edited": False, "is_anonymous": False, **dict.fromkeys(ADMIN, True)}
        elif status == "creator":
            more = {"is_anonymous": False}
        group.members[person["id"]] = {"user": person, "status": status, **more}
        return True

    def _move_bot(self, bot: Bot, group: Group, body: Body) -> int | None:
        """The bot is thrown out, let in again, or given other rights."""
        before = group.myself()
        group.away = body.get("away") or ""
        rights = body.get("rights")
        group.rights = frozenset(rights) if rights is not None else None
        change = {
            "chat": group.about(),
            "from": body["who"],
            "date": int(bot.clock()),
            "old_chat_member": before,
            "new_chat_member": group.myself(),
        }
        return self._deliver(bot, {"my_chat_member": change}, 1)

    def _migrate(self, bot: Bot, group: Group, body: Body) -> bool:
        """A group becomes a supergroup: its old id is told the new one, and is refused from then on."""
        new = Group(
            chat=bot.chats.chat(body["to"]),
            title=group.title,
            me=group.me,
            clock=group.clock,
            forum=body["forum"],
            rights=group.rights,
            limit=group.limit,
        )
        new.members = dict(group.members)
        bot.groups.add(new)
        self._topics.service(bot, group, ANONYMOUS, None, migrate_to_chat_id=new.chat.id)
        self._topics.service(bot, new, ANONYMOUS, None, migrate_from_chat_id=group.chat.id)
        group.chat.migrated_to = new.chat.id
        return True

    # ------------------------------------------------------------ messages

    def _write(self, bot: Bot, group: Group, body: Body) -> Message:
        thread = body.get("thread")
        message = {
            "message_id": group.chat.next_id(),
            **_sender(group, body),
            "chat": group.about(),
            "date": int(bot.clock()),
            **_standing(group, thread, body.get("reply_to")),
            **body["content"],
        }
        return self._put(bot, group, body, message)

    def _put(self, bot: Bot, group: Group, body: Body, message: Message) -> Message:
        chat = group.chat
        chat.messages[message["message_id"]] = Kept(message, None, own=False, at=bot.clock())
        chat.see(body["who"]["first_name"], "says", message=message, markup=None)
        if _hears(group, message):
            self._deliver(bot, {"message": message}, int(body.get("copies") or 1))
        return message

    def _edit(self, bot: Bot, group: Group, body: Body) -> Message:
        kept = group.chat.needs(body["message_id"], "message to edit not found")
        before = kept.message
        kept.message = {**before, **body["content"], "edit_date": int(bot.clock())}
        group.chat.see(
            body["who"]["first_name"], "edits", message=kept.message, markup=None, before=before
        )
        self._deliver(bot, {"edited_message": kept.message}, int(body.get("copies") or 1))
        return kept.message

    def _press(self, bot: Bot, group: Group, body: Body) -> str:
        """Gives the id of the query, by which its answer is found."""
        kept = group.chat.needs(body["message_id"], "message not found")
        query_id = f"group-{next(self._numbers)}"
        query = {
            "id": query_id,
            "from": body["who"],
            "message": kept.message,
            "chat_instance": "1",
            "data": body["data"],
        }
        group.chat.see(body["who"]["first_name"], "presses", label=body["label"])
        bot.queries.ask("callback_query", query_id)
        self._deliver(bot, {"callback_query": query}, int(body.get("copies") or 1))
        return query_id

    def _react(self, bot: Bot, group: Group, body: Body) -> int | None:
        """Comes to an administrator alone, and where it was asked for."""
        kept = group.chat.needs(body["message_id"], "message not found")
        new = [{"type": "emoji", "emoji": one} for one in body["reaction"]]
        group.chat.see(body["who"]["first_name"], "reacts", message=kept.message, reaction=new)
        change = {
            "chat": group.about(),
            "message_id": body["message_id"],
            "user": body["who"],
            "date": int(bot.clock()),
            "old_reaction": [],
            "new_reaction": new,
        }
        wanted = bot.wants({"message_reaction": change}) and group.rights is not None
        return self._deliver(bot, {"message_reaction": change}, 1) if wanted else None

    def _remove(self, bot: Bot, group: Group, body: Body) -> bool:
        """A message is deleted; no bot is told."""
        kept = group.chat.needs(body["message_id"], "message not found")
        del group.chat.messages[body["message_id"]]
        group.chat.see(body["who"]["first_name"], "deletes", message=kept.message)
        return True

    def _pin(self, bot: Bot, group: Group, body: Body) -> bool:
        kept = group.chat.needs(body["message_id"], "message not found")
        group.pinned.append(body["message_id"])
        told = {key: value for key, value in kept.message.items() if key != "reply_to_message"}
        thread = group.shown_in(kept.message)
        self._topics.service(bot, group, _author(body), thread, pinned_message=told)
        return True

    # ------------------------------------------------------------ topics

    def _create(self, bot: Bot, group: Group, body: Body) -> int:
        made = self._topics.made(
            bot, group, body["name"], by=body["who"], colour=COLOURS[0], icon=""
        )
        return made.thread

    def _rename(self, bot: Bot, group: Group, body: Body) -> bool:
        topic = group.topics[body["thread"]]
        self._topics.changed(bot, group, topic, by=_author(body), name=body["name"])
        return True

    def _close(self, bot: Bot, group: Group, body: Body, *, closed: bool) -> bool:
        topic = group.topics[body["thread"]]
        self._topics.closed(bot, group, topic, by=_author(body), closed=closed)
        return True

    def _delete(self, bot: Bot, group: Group, body: Body) -> bool:
        self._topics.deleted(group, group.topics[body["thread"]], body["says"])
        return True


def _author(body: Body) -> dict[str, Any]:
    author: dict[str, Any] = ANONYMOUS if body.get("anonymous") else body["who"]
    return author


def _sender(group: Group, body: Body) -> dict[str, Any]:
    """Who wrote: an anonymous administrator looks like a bot, and speaks as the group."""
    if body.get("anonymous"):
        return {"from": ANONYMOUS, "sender_chat": group.about(), "author_signature": "admin"}
    via = {"via_bot": dict(group.me)} if body.get("via_bot") else {}
    return {"from": body["who"], **via}


def _standing(group: Group, thread: int | None, reply_to: int | None) -> dict[str, Any]:
    """Where a message stands, and what it replies to.

    In a topic a message that replies to nothing replies to the topic's beginning; in General a reply
    has a thread that is no topic.
    """
    fields: dict[str, Any] = {}
    if thread is not None:
        fields = {"message_thread_id": thread, "is_topic_message": True}
    elif reply_to is not None:
        fields = {"message_thread_id": reply_to}
    kept = group.chat.messages.get(reply_to or thread or 0)
    if kept is not None:
        told = {key: value for key, value in kept.message.items() if key != "reply_to_message"}
        fields["reply_to_message"] = told
    return fields


def _hears(group: Group, message: Message) -> bool:
    """Whether a bot is given it: one that is no administrator hears commands and replies to it alone."""
    if group.away:
        return False
    replied = (message.get("reply_to_message") or {}).get("from") or {}
    mine = replied.get("id") == group.me["id"]
    return group.rights is not None or mine or str(message.get("text", "")).startswith("/")
