"""Commands are carried out, and whoever wrote them is answered."""

from adapters.messengers.telegram.desk.answers import Answer
from adapters.messengers.telegram.desk.commands.catalogue import named, nearest
from adapters.messengers.telegram.desk.group_message import GroupMessage
from adapters.messengers.telegram.desk.hints import Hinting
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Command, Order
from adapters.messengers.telegram.desk.problems import worded
from adapters.messengers.telegram.desk.words import Words
from bots.errors import Conflict, Consumed, Forbidden, Problem
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup
from bots.model.operator import Operator

FOR_STRANGERS = frozenset({"link", "help"})

WORDS = Words(
    {
        "unknown": (
            "Нет команды /{name}. Все команды: /help. Клиенту ничего не отправлено.",
            "There is no command /{name}. All commands: /help. Nothing was sent to the customer.",
        ),
        "nearest": (
            "Нет команды /{name}. Может быть, /{near}? Клиенту ничего не отправлено.",
            "There is no command /{name}. Did you mean /{near}? Nothing was sent to the customer.",
        ),
    }
)


class Orders:
    """Whatever begins with a slash is an order, and never goes to a customer."""

    def __init__(self, kit: Kit, hinting: Hinting) -> None:
        self._kit = kit
        self._hinting = hinting

    async def take(
        self,
        group: DeskGroup,
        said: GroupMessage,
        chat: Conversation | None,
        who: Operator | None,
        name: str,
        rest: str,
    ) -> None:
        """Carry out what was written."""
        command = named(name)
        if said.anonymous:
            await self._hinting.refuse_outside(group, said, "anonymous")
            return
        if who is None and (command is None or command.name not in FOR_STRANGERS):
            await self._hinting.refuse_outside(group, said, "stranger")
            return
        language = self._kit.language(group) if chat is None else self._kit.parts.speaks(chat)
        if command is None:
            near = nearest(name)
            text = WORDS.say(language, "nearest" if near else "unknown", name=name, near=near)
            self._kit.answers.reply(group, said.raw, Answer(text=text))
            return
        order = Order(
            group=group,
            message=said.raw,
            who=who or stranger(said, group),
            language=language,
            rest=rest,
            chat=chat,
        )
        answer = await self._carried_out(command, order)
        if chat is not None:
            # So that it is not done again should we be interrupted before its update is forgotten.
            await self._kit.parts.desks.add_relays([order.relay("own")])
            self._kit.wake(chat.id)
        if answer is not None:
            self._kit.answers.reply(
                group, said.raw, answer, chat=chat.id if chat is not None else None
            )

    async def _carried_out(self, command: Command, order: Order) -> Answer | None:
        try:
            if order.who.id and not order.who.may(command.role):
                raise Forbidden(f"This is for a {command.role}")
            if not command.everywhere and order.chat is None:
                raise Conflict("Outside of a chat", "outside")
            answer = await command.run(order, self._kit)
        except Consumed:
            return None
        except Problem as problem:
            return Answer(text=await worded(self._kit, problem, order.language))
        return Answer(text=answer) if isinstance(answer, str) else answer


def stranger(said: GroupMessage, group: DeskGroup) -> Operator:
    """Somebody of the group who is none of ours (yet): the id 0, and no rights."""
    return Operator(
        id=0,
        workspace=group.workspace,
        name=said.name,
        telegram=said.user,
        username=said.username,
        active=False,
    )
