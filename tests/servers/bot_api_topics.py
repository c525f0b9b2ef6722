"""The methods of the Bot API that are for groups: topics, pins, members; each makes what people see."""

from collections.abc import Callable
from typing import Any

from tests.servers.bodies import Parameters
from tests.servers.bot_api_bots import Bot
from tests.servers.bot_api_chats import Message
from tests.servers.bot_api_groups import LOST, Group, Topic
from tests.servers.bot_api_icons import COLOURS, ICONS, stickers
from tests.servers.bot_api_refused import Refused

Happens = Callable[[Bot, dict[str, Any]], Any]
Values = dict[str, Any]

NOT_MODIFIED = "Bad Request: TOPIC_NOT_MODIFIED"


class Topics:
    """`happens` hands an update to a bot: Telegram tells bots of service messages of their own too."""

    def __init__(self, happens: Happens) -> None:
        self._happens = happens
        self.methods: dict[str, Callable[[Bot, Values, Parameters], Any]] = {
            "createForumTopic": self._create,
            "editForumTopic": self._edit,
            "closeForumTopic": lambda bot, values, _: self._close(bot, values, closed=True),
            "reopenForumTopic": lambda bot, values, _: self._close(bot, values, closed=False),
            "deleteForumTopic": self._delete,
            "getForumTopicIconStickers": lambda bot, values, _: stickers(),
            "pinChatMessage": self._pin,
            "unpinChatMessage": self._unpin,
            "unpinAllForumTopicMessages": self._unpin_topic,
            "unpinAllChatMessages": self._unpin_all,
            "getChatMember": lambda bot, values, _: bot.groups.of(values["chat_id"]).member(
                values["user_id"]
            ),
            "getChatAdministrators": self._administrators,
            "getChatMemberCount": lambda bot, values, _: (
                1 + len(bot.groups.of(values["chat_id"]).members)
            ),
            "leaveChat": self._leave,
        }

    # ------------------------------------------------------------ topics

    def _create(self, bot: Bot, values: Values, _: Parameters) -> dict[str, Any]:
        group = bot.groups.of(values["chat_id"])
        topic = self.made(
            bot,
            group,
            values["name"],
            by=bot.user,
            colour=values.get("icon_color") or COLOURS[0],
            icon=_icon(values.get("icon_custom_emoji_id") or ""),
        )
        return {"message_thread_id": topic.thread, **_named(topic)}

    def made(
        self, bot: Bot, group: Group, name: str, *, by: dict[str, Any], colour: int, icon: str
    ) -> Topic:
        """A new topic, as a bot or a person makes it."""
        thread = group.chat.next_id()
        topic = Topic(thread=thread, name=name, colour=colour, by=by["id"], icon=icon)
        group.topics[thread] = topic
        self.service(bot, group, by, thread, number=thread, forum_topic_created=_named(topic))
        return topic

    def _edit(self, bot: Bot, values: Values, _: Parameters) -> bool:
        group = bot.groups.of(values["chat_id"])
        topic = _topic(group, values)
        icon = values.get("icon_custom_emoji_id")
        self.changed(bot, group, topic, by=bot.user, name=values.get("name") or "", icon=icon)
        return True

    def changed(
        self,
        bot: Bot,
        group: Group,
        topic: Topic,
        *,
        by: dict[str, Any],
        name: str = "",
        icon: str | None = None,
    ) -> None:
        """Another name or icon. Raises Refused where it has both already."""
        told: dict[str, Any] = {}
        if name and name != topic.name:
            told["name"] = topic.name = name
        if icon is not None and _icon(icon) != topic.icon:
            told["icon_custom_emoji_id"] = topic.icon = icon
        if not told:
            raise Refused(400, NOT_MODIFIED)
        self.service(bot, group, by, topic.thread, forum_topic_edited=told)

    def _close(self, bot: Bot, values: Values, *, closed: bool) -> bool:
        group = bot.groups.of(values["chat_id"])
        self.closed(bot, group, _topic(group, values), by=bot.user, closed=closed)
        return True

    def closed(
        self, bot: Bot, group: Group, topic: Topic, *, by: dict[str, Any], closed: bool
    ) -> None:
        """Closed, or opened again. Raises Refused where it is so already."""
        if topic.closed == closed:
            raise Refused(400, NOT_MODIFIED)
        topic.closed = closed
        told: dict[str, Any] = {"forum_topic_closed" if closed else "forum_topic_reopened": {}}
        self.service(bot, group, by, topic.thread, **told)

    def _delete(self, bot: Bot, values: Values, _: Parameters) -> bool:
        group = bot.groups.of(values["chat_id"])
        self.deleted(group, _topic(group, values), LOST[2])
        return True

    def deleted(self, group: Group, topic: Topic, says: str) -> None:
        """With everything in it; no update tells of it."""
        topic.gone = says
        for number, kept in list(group.chat.messages.items()):
            if group.shown_in(kept.message) == topic.thread:
                del group.chat.messages[number]

    # ------------------------------------------------------------ pins

    def _pin(self, bot: Bot, values: Values, _: Parameters) -> bool:
        group = bot.groups.of(values["chat_id"])
        kept = group.chat.needs(values["message_id"], "message to pin not found")
        number = kept.message["message_id"]
        if number not in group.pinned:
            group.pinned.append(number)
            told = {key: kept.message[key] for key in kept.message if key != "reply_to_message"}
            self.service(bot, group, bot.user, group.shown_in(kept.message), pinned_message=told)
        return True

    def _unpin(self, bot: Bot, values: Values, _: Parameters) -> bool:
        group = bot.groups.of(values["chat_id"])
        number = values.get("message_id") or (group.pinned or [0])[-1]
        if number not in group.pinned:
            raise Refused(400, "Bad Request: message to unpin not found")
        group.pinned.remove(number)
        return True

    def _unpin_topic(self, bot: Bot, values: Values, _: Parameters) -> bool:
        group = bot.groups.of(values["chat_id"])
        thread, messages = values["message_thread_id"], group.chat.messages
        group.pinned = [
            number
            for number in group.pinned
            if number not in messages or group.shown_in(messages[number].message) != thread
        ]
        return True

    def _unpin_all(self, bot: Bot, values: Values, _: Parameters) -> bool:
        bot.groups.of(values["chat_id"]).pinned.clear()
        return True

    # ------------------------------------------------------------ members

    def _administrators(self, bot: Bot, values: Values, _: Parameters) -> list[dict[str, Any]]:
        group = bot.groups.of(values["chat_id"])
        everybody = [group.myself(), *group.members.values()]
        return [one for one in everybody if one["status"] in ("creator", "administrator")]

    def _leave(self, bot: Bot, values: Values, _: Parameters) -> bool:
        bot.groups.of(values["chat_id"]).away = "left"
        return True

    # ------------------------------------------------------------ what is told

    def service(
        self,
        bot: Bot,
        group: Group,
        by: dict[str, Any],
        thread: int | None,
        *,
        number: int | None = None,
        **told: Any,
    ) -> Message:
        """A service message: people see it, and the bot is told of it."""
        message: Message = {
            "message_id": number or group.chat.next_id(),
            "from": by,
            "chat": group.about(),
            "date": int(group.clock()),
            **told,
        }
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        group.chat.keep(message, own=by["id"] == bot.id, at=group.clock())
        if not group.away:
            self._happens(bot, {"message": message})
        return message


def about(group: Group) -> dict[str, Any]:
    """What getChat tells of a group."""
    gifts = ("unlimited", "limited", "unique")
    pinned = [group.chat.messages[one] for one in group.pinned if one in group.chat.messages]
    return {
        **group.about(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            **{f"{kind}_gifts": True for kind in gifts},
            "premium_subscription": True,
            "gifts_from_channels": True,
        },
        **({"pinned_message": pinned[-1].message} if pinned else {}),
    }


def _named(topic: Topic) -> dict[str, Any]:
    icon = {"icon_custom_emoji_id": topic.icon} if topic.icon else {}
    return {"name": topic.name, "icon_color": topic.colour, **icon}


def _icon(icon: str) -> str:
    if icon and icon not in ICONS:
        raise Refused(400, "Bad Request: DOCUMENT_INVALID")
    return icon


def _topic(group: Group, values: Values) -> Topic:
    """`Group.admit` saw that it is there."""
    return group.topics[values["message_thread_id"]]
