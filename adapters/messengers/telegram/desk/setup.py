"""A group becomes a desk: by a one-time code that somebody writes in it."""

from dataclasses import replace
from typing import Any

import structlog

from adapters.messengers.telegram.channel import TelegramChannel
from adapters.messengers.telegram.desk.commands.menu import announce
from adapters.messengers.telegram.desk.group_message import GroupMessage
from adapters.messengers.telegram.desk.guard import Hints
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.rights import Rights, looked
from adapters.messengers.telegram.desk.words import Words
from adapters.messengers.telegram.errors import ChatMoved
from adapters.messengers.telegram.fields import id_of
from bots.errors import ChannelError, CodeRefused, Guessing
from bots.model.desk import DeskGroup
from bots.services.operators import SetUp

WORDS = Words(
    {
        "greeting": (
            (
                "Здравствуйте! Эта группа может стать местом, где операторы отвечают клиентам.\n\n"
                "1. Включите «Темы»: Управление группой → Темы.\n"
                "2. Сделайте меня администратором с правами «Управление темами», «Удаление сообщений»"
                " и «Закрепление сообщений».\n"
                "3. На сервере: python run.py desk code{of} — он напечатает одноразовый код.\n"
                "4. Напишите здесь: /setup КОД"
            ),
            (
                "Hello! This group can become the place where operators answer customers.\n\n"
                "1. Turn on “Topics”: Manage Group → Topics.\n"
                "2. Make me an administrator with the rights “Manage Topics”, “Delete Messages” and"
                " “Pin Messages”.\n"
                "3. On the server: python run.py desk code{of} prints a one-time code.\n"
                "4. Write here: /setup CODE"
            ),
        ),
        "unknown": (
            "Такого кода нет. Проверьте его или получите новый: python run.py desk code{of}",
            "There is no such code. Check it, or get a new one: python run.py desk code{of}",
        ),
        "used": (
            "Этот код уже использован. Новый: python run.py desk code{of}",
            "This code was used already. A new one: python run.py desk code{of}",
        ),
        "expired": (
            "Этот код устарел: он живёт 15 минут. Новый: python run.py desk code{of}",
            "This code is too old: it lives for 15 minutes. A new one: python run.py desk code{of}",
        ),
        "guessing": (
            "Слишком много неверных кодов. Подождите {n} с: до тех пор я не отвечаю.",
            "Too many wrong codes. Wait {n} s: until then I do not answer.",
        ),
        "done": (
            (
                "✅ Готово: здесь операторы отвечают клиентам {bot}{queues}.\n{mode}\n\n"
                "Дальше: каждый оператор получает у владельца свой код (python run.py operators add ИМЯ{of})"
                " и пишет здесь: /link КОД. Все команды: /help"
            ),
            (
                "✅ Done: here operators answer the customers of {bot}{queues}.\n{mode}\n\n"
                "Next: each operator gets a code from the owner (python run.py operators add NAME{of}) and"
                " writes here: /link CODE. All commands: /help"
            ),
        ),
        "bot": ("бота «{bot}»", "the bot “{bot}”"),
        "bots": ("всех ботов", "all bots"),
        "queues": (" (очереди: {queues})", " (queues: {queues})"),
        "topics": (
            "Каждый чат откроется в своей теме.",
            "Each chat opens in a topic of its own.",
        ),
        "flat": (
            (
                "⚠️ Пока без тем: {trouble}.\nОтвечайте на сообщения чата, и ответ уйдёт клиенту."
                " Поправите — напишите /setup, и чаты пойдут в темы."
            ),
            (
                "⚠️ Without topics for now: {trouble}.\nReply to a chat's messages, and your reply goes"
                " to the customer. Once it is mended write /setup, and chats get their topics."
            ),
        ),
        "lacking": (
            "Каждый чат откроется в своей теме.\n⚠️ Но: {trouble}.",
            "Each chat opens in a topic of its own.\n⚠️ But: {trouble}.",
        ),
        "later": (
            "Telegram сейчас не отвечает. Напишите /setup с тем же кодом через минуту.",
            "Telegram does not answer just now. Write /setup with the same code in a minute.",
        ),
        "deleted": (
            "(Сообщение с кодом я удалил.)",
            "(I deleted the message with the code.)",
        ),
    }
)

log = structlog.get_logger()


class Setup:
    """Speaks in groups that are no desk yet, but only when it is spoken to or was made administrator."""

    def __init__(self, kit: Kit, rights: Rights) -> None:
        self._kit = kit
        self._rights = rights
        self._hints = Hints()

    async def greet(self, channel: str, chat_id: str) -> None:
        """We were made an administrator of a group that is nothing to us."""
        account = self._kit.parts.account(channel)
        if account is not None:
            await self._say(account, chat_id, "greeting")

    async def ordered(
        self, channel: str, chat_id: str, group: DeskGroup | None, said: GroupMessage, code: str
    ) -> None:
        """`/setup`, with a code or without."""
        account = self._kit.parts.account(channel)
        if account is None:
            return
        if code:
            await self._register(account, chat_id, group, said, code)
        elif not self._hints.due(0, f"{chat_id}:{said.user}", "", self._kit.parts.clock()):
            return
        elif group is None:
            await self._say(account, chat_id, "greeting", answers=said)
        else:
            await self._rights.check(group, aloud=True)
            await announce(self._kit, group)

    async def _register(
        self,
        account: TelegramChannel,
        chat_id: str,
        group: DeskGroup | None,
        said: GroupMessage,
        code: str,
    ) -> None:
        try:
            what = await self._kit.parts.operators.set_up(
                code, telegram=said.user, channel=account.name, chat_id=chat_id
            )
        except Guessing as guessing:
            if guessing.first:
                await self._say(
                    account, chat_id, "guessing", answers=said, n=round(guessing.retry_after)
                )
            return
        except CodeRefused as refused:
            await self._say(account, chat_id, refused.why, answers=said)
            return
        try:
            seen = await looked(account.client, chat_id)
        except ChatMoved as moved:
            chat_id = str(moved.chat_id)
            seen = await looked(account.client, chat_id)
        group = replace(
            group or self._new(account, chat_id),
            bot=what.bot,
            queues=what.queues,
            title=seen.title,
            flat=seen.flat,
            down=seen.down,
            checked_at=self._kit.parts.clock(),
        )
        trouble = seen.trouble(self._kit.language(group))
        await self._kit.groups.put(replace(group, trouble=trouble))
        log.info("A group of operators was set up", chat=chat_id, bot=what.bot, flat=seen.flat)
        if self._kit.parts.spreading:
            # Whoever reads that it is ready writes at once.
            await self._kit.parts.sleep(self._kit.parts.spreading)
        await self._tell(account, group, said, what, trouble)
        await announce(self._kit, group)
        await self._rights.tell_of_inline(group)
        for chat, _ in await self._kit.parts.episodes.open(self._kit.parts.workspace):
            self._kit.wake(chat.id)

    def _new(self, account: TelegramChannel, chat_id: str) -> DeskGroup:
        parts = self._kit.parts
        return DeskGroup(
            workspace=parts.workspace,
            channel=account.name,
            chat_id=chat_id,
            created_at=parts.clock(),
        )

    async def _tell(
        self,
        account: TelegramChannel,
        group: DeskGroup,
        said: GroupMessage,
        what: SetUp,
        trouble: str,
    ) -> None:
        language = self._kit.language(group)
        names = ", ".join(what.queues)
        mode = "flat" if group.flat else "lacking" if trouble else "topics"
        deleted = await self._kit.answers.delete(group, said.raw)
        text = WORDS.say(
            language,
            "done",
            bot=WORDS.say(language, "bot" if what.bot else "bots", bot=what.bot),
            queues=WORDS.say(language, "queues", queues=names) if names else "",
            mode=WORDS.say(language, mode, trouble=trouble),
            of=self._kit.parts.of,
        )
        if deleted:
            text += "\n\n" + WORDS.say(language, "deleted")
        await self._send(account, group.chat_id, text, None if deleted else said)

    async def _say(
        self,
        account: TelegramChannel,
        chat_id: str,
        name: str,
        *,
        answers: GroupMessage | None = None,
        **given: Any,
    ) -> None:
        language = self._kit.parts.language(account.bot)
        text = WORDS.say(language, name, of=self._kit.parts.of, **given)
        await self._send(account, chat_id, text, answers)

    async def _send(
        self, account: TelegramChannel, chat_id: str, text: str, answers: GroupMessage | None
    ) -> None:
        parameters: dict[str, Any] = {"chat_id": chat_id, "text": text}
        if answers is not None and (number := id_of(answers.raw.get("message_id"))):
            parameters["reply_parameters"] = {
                "message_id": int(number),
                "allow_sending_without_reply": True,
            }
            if answers.thread:
                parameters["message_thread_id"] = int(answers.thread)
        try:
            await account.client.call("sendMessage", parameters)
        except ChannelError as error:
            log.warning("A group was not answered", chat=chat_id, why=str(error))
