"""What we may do in a group: looked at when it is set up, at start, every hour and when it changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from adapters.foreign_json import mapping
from adapters.messengers.telegram.client import Client
from adapters.messengers.telegram.desk.commands.menu import announce
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.words import Words
from adapters.messengers.telegram.errors import ChatMoved
from adapters.messengers.telegram.fields import string
from bots.errors import ChannelError, Rejected, Unreachable
from bots.model.desk import DeskGroup

WORDS = Words(
    {
        "gone": (
            "бота нет в группе: добавьте его снова и сделайте администратором",
            "the bot is not in the group: add it again and make it an administrator",
        ),
        "muted": (
            "боту запрещено писать в группу: сделайте его администратором",
            "the bot may not write in the group: make it an administrator",
        ),
        "no_topics": (
            "в группе нет тем: включите «Темы» (Управление группой → Темы)",
            "the group has no topics: turn on “Topics” (Manage Group → Topics)",
        ),
        "no_admin": (
            (
                "бот не администратор и поэтому не видит, что вы пишете: Управление группой →"
                " Администраторы → Добавить администратора"
            ),
            (
                "the bot is no administrator and so does not see what you write: Manage Group →"
                " Administrators → Add Admin"
            ),
        ),
        "can_manage_topics": (
            "у бота нет права «Управление темами»: чаты идут без тем",
            "the bot lacks the right “Manage Topics”: chats are shown without topics",
        ),
        "can_delete_messages": (
            "у бота нет права «Удаление сообщений»: написанные здесь коды останутся видны",
            "the bot lacks the right “Delete Messages”: codes written here stay visible",
        ),
        "can_pin_messages": (
            "у бота нет права «Закрепление сообщений»: карточки не закрепляются",
            "the bot lacks the right “Pin Messages”: cards are not pinned",
        ),
        "trouble": (
            "⚠️ В этой группе не всё готово: {trouble}.\nПоправьте и напишите /setup — я проверю снова.",
            "⚠️ Something in this group is not ready: {trouble}.\nMend it and write /setup: I look again.",
        ),
        "healed": (
            "✅ Теперь всё в порядке.",
            "✅ All is well now.",
        ),
        "no_inline": (
            (
                "ℹ️ Готовые ответы можно искать прямо в поле ввода: @{name} слово. Для этого владелец бота"
                " пишет @BotFather: /setinline."
            ),
            (
                "ℹ️ Ready answers can be found right where you type: @{name} word. For that the bot's owner"
                " writes /setinline to @BotFather."
            ),
        ),
        "alert": (
            "⚠️ Группа операторов «{title}»: {trouble}.",
            "⚠️ The operators' group “{title}”: {trouble}.",
        ),
        "alert_healed": (
            "✅ Группа операторов «{title}» снова в порядке.",
            "✅ The operators' group “{title}” is well again.",
        ),
    }
)
RIGHTS = ("can_manage_topics", "can_delete_messages", "can_pin_messages")
_GONE = ("left", "kicked")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a group is like: `missing` names sentences of WORDS."""

    title: str = ""
    flat: bool = False
    down: bool = False
    missing: tuple[str, ...] = ()

    def trouble(self, language: str) -> str:
        """All that is wrong, in one sentence."""
        return "; ".join(WORDS.say(language, one) for one in self.missing)


def look(chat: dict[str, Any], member: dict[str, Any]) -> Look:
    """From what `getChat` and `getChatMember` (of ourselves) give."""
    title, status = string(chat.get("title")) or "", member.get("status")
    if status in _GONE or (status == "restricted" and member.get("is_member") is False):
        return Look(title=title, flat=True, down=True, missing=("gone",))
    if status == "restricted" and member.get("can_send_messages") is False:
        return Look(title=title, flat=True, down=True, missing=("muted",))
    forum, admin = chat.get("is_forum") is True, status == "administrator"
    missing = [] if forum else ["no_topics"]
    if not admin:
        missing.append("no_admin")
    else:
        wanted = RIGHTS if forum else RIGHTS[1:]
        missing += [right for right in wanted if member.get(right) is not True]
    flat = not (forum and admin and member.get("can_manage_topics") is True)
    return Look(title=title, flat=flat, missing=tuple(missing))


async def looked(client: Client, chat_id: str) -> Look:
    """Ask Telegram. Raises ChatMoved, and a ChannelError that passes."""
    try:
        chat = await client.call("getChat", {"chat_id": chat_id})
        member = await client.call(
            "getChatMember", {"chat_id": chat_id, "user_id": int(client.bot_id)}
        )
    except ChatMoved:
        raise
    except (Unreachable, Rejected):
        return Look(flat=True, down=True, missing=("gone",))
    return look(mapping({"it": chat}, "it"), mapping({"it": member}, "it"))


class Rights:
    """Keeps what is known of each group as it is, and shouts where that became worse."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._unlooked: set[tuple[str, str]] = set()

    async def check_all(self) -> None:
        """Look at every group whose account is connected."""
        await self._look_at(self._kit.groups.all)

    async def check_soon(self, group: DeskGroup) -> None:
        """Look at one that changed, now or, where Telegram does not answer, before long."""
        await self._look_at([group])

    async def catch_up(self) -> None:
        """Look at those at which we could not look before."""
        waiting = self._unlooked
        await self._look_at(
            [one for one in self._kit.groups.all if (one.channel, one.chat_id) in waiting]
        )

    async def _look_at(self, groups: Sequence[DeskGroup]) -> None:
        for group in groups:
            self._unlooked.discard((group.channel, group.chat_id))
            try:
                group = await self.check(group)
                if not group.down:
                    # A new version may know commands that the one before did not.
                    await announce(self._kit, group)
            except ChannelError as error:
                self._unlooked.add((group.channel, group.chat_id))
                log.warning("A group cannot be looked at", chat=group.chat_id, why=str(error))

    async def check(self, group: DeskGroup, *, aloud: bool = False) -> DeskGroup:
        """Look at one; `aloud` says to the group how it is even if nothing changed.

        Raises a ChannelError where Telegram does not answer.
        """
        account = self._kit.parts.account(group.channel)
        if account is None:
            return group
        try:
            seen = await looked(account.client, group.chat_id)
        except ChatMoved as moved:
            group = await self._kit.groups.moved(group, str(moved.chat_id))
            seen = await looked(account.client, group.chat_id)
        group = await self.noted(group, seen, aloud=aloud)
        if aloud and not group.down:
            await self.tell_of_inline(group)
        return group

    async def tell_of_inline(self, group: DeskGroup) -> None:
        """How ready answers are had while one types, where nobody turned that on yet."""
        account = self._kit.parts.account(group.channel)
        if account is None:
            return
        try:
            me = mapping({"me": await account.client.call("getMe", {})}, "me")
        except ChannelError as error:
            log.info("Telegram does not tell who we are", why=str(error))
            return
        if me.get("supports_inline_queries") is not True:
            text = WORDS.say(self._kit.language(group), "no_inline", name=account.username)
            self._kit.answers.tell(group, text)

    async def noted(self, group: DeskGroup, seen: Look, *, aloud: bool = False) -> DeskGroup:
        """Keep what was seen, and tell those whom it concerns."""
        language = self._kit.language(group)
        now = replace(
            group,
            title=seen.title or group.title,
            flat=seen.flat,
            down=seen.down,
            trouble=seen.trouble(language),
            checked_at=self._kit.parts.clock(),
        )
        await self._kit.groups.put(now)
        changed = now.trouble != group.trouble
        if changed:
            await self._shout(now)
        if (changed or aloud) and not now.down:
            name = "trouble" if now.trouble else "healed"
            self._kit.answers.tell(now, WORDS.say(language, name, trouble=now.trouble))
        if (now.flat, now.down) != (group.flat, group.down):
            await self._wake_all()
        return now

    async def _shout(self, group: DeskGroup) -> None:
        if group.trouble:
            log.warning(
                "A group of operators is in trouble", chat=group.chat_id, trouble=group.trouble
            )
        else:
            log.info("A group of operators is well again", chat=group.chat_id)
        name = "alert" if group.trouble else "alert_healed"
        text = WORDS.say(self._kit.language(group), name, title=group.title, trouble=group.trouble)
        account = self._kit.parts.account(group.channel)
        for one in await self._kit.parts.operators.all():
            if account is None or not one.telegram or not one.may("admin"):
                continue
            try:
                await account.client.call("sendMessage", {"chat_id": one.telegram, "text": text})
            except ChannelError as error:
                # They never wrote to this bot: it may not write to them.
                log.info("An owner was not told", operator=one.id, why=str(error))

    async def _wake_all(self) -> None:
        """What could not be shown in a group, or otherwise, now can."""
        for chat, _ in await self._kit.parts.episodes.open(self._kit.parts.workspace):
            self._kit.wake(chat.id)
