"""What operators are told when their words went nowhere, and what became of those words afterwards."""

from collections import OrderedDict
from typing import Any

from adapters.foreign_json import mapping
from adapters.messengers.telegram.desk.answers import Answer
from adapters.messengers.telegram.desk.buttons import button
from adapters.messengers.telegram.desk.group_message import GroupMessage
from adapters.messengers.telegram.desk.guard import Hints, Refused
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.problems import worded
from adapters.messengers.telegram.desk.words import Words
from adapters.messengers.telegram.fields import id_of
from bots.errors import Problem
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup
from bots.model.operator import Operator

REMEMBERED = 500

WORDS = Words(
    {
        "anonymous": (
            (
                "Не отправлено: вы пишете от имени группы или канала, и не видно, кто вы."
                " Выключите «Анонимность» в своих правах администратора (Управление группой →"
                " Администраторы) или пишите от своего имени."
            ),
            (
                "Not sent: you write in the name of the group or of a channel, so nobody knows who you"
                " are. Turn off “Remain Anonymous” in your administrator rights (Manage Group →"
                " Administrators), or write in your own name."
            ),
        ),
        "stranger": (
            (
                "Не отправлено: я вас не знаю. Возьмите у владельца одноразовый код и напишите здесь:"
                " /link КОД"
            ),
            (
                "Not sent: I do not know you. Ask the owner for a one-time code and write here:"
                " /link CODE"
            ),
        ),
        "viewer": (
            "Не отправлено: вы наблюдатель, вы видите чаты, но не отвечаете в них.",
            "Not sent: you are a viewer, you see chats but do not answer them.",
        ),
        "foreign": (
            "Не отправлено: это сделано через другого бота. Напишите сами.",
            "Not sent: this was made through another bot. Write it yourself.",
        ),
        "at_bot": (
            "Не отправлено: с этим чатом говорит бот. Сначала возьмите чат.",
            "Not sent: the bot answers this chat. Take it first.",
        ),
        "waits": (
            "Не отправлено: этот чат ещё никто не взял. Сначала возьмите его.",
            "Not sent: nobody has taken this chat yet. Take it first.",
        ),
        "natively": (
            "Не отправлено: с этим чатом говорят в самом мессенджере ({name}).",
            "Not sent: somebody answers this chat in the messenger itself ({name}).",
        ),
        "others": ("Не отправлено: этот чат у {name}.", "Not sent: {name} has this chat."),
        "blocked": (
            "Не отправлено: этот человек заблокирован. /unblock снимет это.",
            "Not sent: this person is blocked. /unblock lifts it.",
        ),
        "unsent": ("Не отправлено. {why}", "Not sent. {why}"),
        "take": ("Взять", "Take"),
        "takesay": ("Взять и отправить", "Take and send"),
        "force": ("Забрать чат", "Take over"),
        "once": ("Отправить один раз", "Send once"),
        "keep": ("В заметки", "Make it a note"),
        "sent_already": (
            (
                "Это уже отправлено клиенту, и его копия осталась прежней."
                " Удалить её: /del ответом на это сообщение."
            ),
            (
                "This was sent to the customer already, and their copy stays as it was."
                " To delete it: /del as a reply to this message."
            ),
        ),
    }
)

_BUTTONS = {"take": ("take", "takesay"), "note": ("keep",), "force": ("force",), "once": ("once",)}


class Hinting:
    """Of ten refused messages in a row one is answered; its buttons do with all ten what they say.

    Which messages a hint stands for is in memory only: after a restart it is the one it answers.
    """

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._hints = Hints()
        self._rows: dict[tuple[int, str, str], list[dict[str, Any]]] = {}
        self._unsaid: OrderedDict[tuple[str, str], list[dict[str, Any]]] = OrderedDict()

    async def refuse(
        self,
        group: DeskGroup,
        said: GroupMessage,
        chat: Conversation,
        who: Operator | None,
        refused: Refused,
    ) -> None:
        """Say why a message of a chat was not sent, and what can be done with it."""
        row = (chat.id, said.user, refused.why)
        if not self._hints.due(*row, self._kit.parts.clock()):
            self._rows.setdefault(row, []).append(said.raw)
            return
        language = self._kit.parts.speaks(chat)
        episode = chat.episode
        name = ""
        if episode is not None and refused.why in ("others", "natively"):
            name = await self._kit.name(episode.assignee, episode.native)
        version = episode.version if episode is not None and episode.open else 0
        rows = [
            [button(WORDS.say(language, verb), chat.id, verb, version)]
            for kind in refused.buttons
            for verb in _BUTTONS[kind]
        ]
        unsaid = self._rows[row] = [said.raw]
        self._kit.answers.reply(
            group,
            said.raw,
            Answer(text=WORDS.say(language, refused.why, name=name), buttons=rows),
            chat=chat.id,
            then=lambda number: self._remember(group.chat_id, number, unsaid),
        )

    async def refuse_outside(self, group: DeskGroup, said: GroupMessage, why: str) -> None:
        """The same of a command that is for no chat."""
        if self._hints.due(0, said.user, why, self._kit.parts.clock()):
            language = self._kit.language(group)
            self._kit.answers.reply(group, said.raw, Answer(text=WORDS.say(language, why)))

    async def unsent(
        self, group: DeskGroup, said: GroupMessage, chat: Conversation, problem: Problem
    ) -> None:
        """The house did not take a message for the customer."""
        language = self._kit.parts.speaks(chat)
        text = WORDS.say(language, "unsent", why=await worded(self._kit, problem, language))
        self._kit.answers.reply(group, said.raw, Answer(text=text), chat=chat.id)

    async def sent_already(
        self,
        group: DeskGroup,
        said: GroupMessage,
        chat: Conversation,
        problem: Problem | None = None,
    ) -> None:
        """A message that went out was edited, and the customer's copy stays as it was."""
        language = self._kit.parts.speaks(chat)
        text = WORDS.say(language, "sent_already")
        if problem is not None:
            text = f"{await worded(self._kit, problem, language)} {text}"
        self._kit.answers.reply(group, said.raw, Answer(text=text), chat=chat.id)

    def unsaid(self, hint: dict[str, Any]) -> list[dict[str, Any]]:
        """The messages that a hint stands for, also such as something was done with already."""
        chat_id = id_of(mapping(hint, "chat").get("id")) or ""
        number = id_of(hint.get("message_id")) or ""
        known = self._unsaid.get((chat_id, number))
        if known is not None:
            self._settled(known)
            return list(known)
        answered = mapping(hint, "reply_to_message")
        return [{**answered, "chat": mapping(hint, "chat")}] if answered else []

    def _settled(self, unsaid: list[dict[str, Any]]) -> None:
        """What comes now stands behind no hint any more: it is answered by one of its own."""
        for row in [row for row, messages in self._rows.items() if messages is unsaid]:
            del self._rows[row]
            self._hints.forget(*row)

    def _remember(self, chat_id: str, number: str, unsaid: list[dict[str, Any]]) -> None:
        self._unsaid[chat_id, number] = unsaid
        while len(self._unsaid) > REMEMBERED:
            self._unsaid.popitem(last=False)
        while len(self._rows) > REMEMBERED:
            self._rows.pop(next(iter(self._rows)))
