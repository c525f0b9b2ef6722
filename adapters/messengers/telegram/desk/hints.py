"""What operators are told when their words went nowhere, and what became of those words afterwards."""

from collections import OrderedDict
from typing import Any, NamedTuple

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
        "borrowed": (
            (
                "Не отправлено: это переслано или отвечает на сказанное не здесь, и неясно, клиенту ли"
                " это."
            ),
            (
                "Not sent: this was forwarded, or answers what was said elsewhere, so it may not be for"
                " the customer."
            ),
        ),
        "addressed": (
            "Не отправлено: это начинается с имени кого-то из своих, и неясно, клиенту ли это.",
            "Not sent: this begins with the name of one of us, so it may not be for the customer.",
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
        "others": ("Не отправлено: этот чат ведёт {name}.", "Not sent: {name} has this chat."),
        "blocked": (
            "Не отправлено: этот человек заблокирован. /unblock снимет это.",
            "Not sent: this person is blocked. /unblock lifts it.",
        ),
        "inside": (
            "Не отправлено: в этой очереди всё остаётся внутри. С подписью «>» уйдёт сразу.",
            "Not sent: in this queue all stays inside. With the caption “>” it goes at once.",
        ),
        "unsent": ("Не отправлено. {why}", "Not sent. {why}"),
        "take": ("Взять", "Take"),
        "takesay": ("Взять и отправить", "Take and send"),
        "force": ("Забрать чат", "Take over"),
        "once": ("Отправить один раз", "Send once"),
        "anyway": ("Отправить клиенту", "Send to the customer"),
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

_BUTTONS = {
    "take": ("take", "takesay"),
    "note": ("keep",),
    "force": ("force",),
    "once": ("once",),
    "anyway": ("anyway",),
}


Row = tuple[int, str, str]


class _Held(NamedTuple):
    """The messages that a hint stands for, and whose they are, where and why they did not go."""

    row: Row
    messages: list[dict[str, Any]]


class Hinting:
    """Of ten refused messages in a row one is answered; its buttons do with all ten what they say.

    Which messages a hint stands for is in memory only: after a restart it is the one it answers.
    """

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._hints = Hints()
        self._rows: dict[Row, list[dict[str, Any]]] = {}
        self._unsaid: OrderedDict[tuple[str, str], _Held] = OrderedDict()

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
            then=lambda number: self._remember(group.chat_id, number, _Held(row, unsaid)),
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
        version = chat.episode.version if chat.episode is not None and chat.episode.open else 0
        keep = button(WORDS.say(language, "keep"), chat.id, "keep", version)
        self._kit.answers.reply(group, said.raw, Answer(text=text, buttons=[[keep]]), chat=chat.id)

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

    def author(self, hint: dict[str, Any]) -> str:
        """Who wrote the words that a hint stands for: whoever deletes them leaves them to nobody else."""
        known = self._unsaid.get(_key(hint))
        if known is not None:
            return known.row[1]
        answered = mapping(hint, "reply_to_message")
        return id_of(mapping(answered, "from").get("id")) or ""

    def unsaid(self, hint: dict[str, Any]) -> list[dict[str, Any]]:
        """The messages that a hint stands for, also such as something was done with already."""
        known = self._unsaid.get(_key(hint))
        if known is not None:
            self._settled(known)
            return list(known.messages)
        answered = mapping(hint, "reply_to_message")
        return [{**answered, "chat": mapping(hint, "chat")}] if answered else []

    def _settled(self, held: _Held) -> None:
        """What comes now stands behind no hint any more: it is answered by one of its own."""
        if self._rows.get(held.row) is held.messages:
            del self._rows[held.row]
            self._hints.forget(*held.row)

    def edited(self, raw: dict[str, Any]) -> None:
        """Words that were not sent were changed before anybody said what becomes of them."""
        where = _key(raw)
        for held in (*self._rows.values(), *(one.messages for one in self._unsaid.values())):
            held[:] = [{**one, **raw} if _key(one) == where else one for one in held]

    def _remember(self, chat_id: str, number: str, held: _Held) -> None:
        self._unsaid[chat_id, number] = held
        while len(self._unsaid) > REMEMBERED:
            self._unsaid.popitem(last=False)
        while len(self._rows) > REMEMBERED:
            self._rows.pop(next(iter(self._rows)))


def _key(message: dict[str, Any]) -> tuple[str, str]:
    chat_id = id_of(mapping(message, "chat").get("id")) or ""
    return chat_id, id_of(message.get("message_id")) or ""
