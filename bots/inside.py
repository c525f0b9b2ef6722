"""What goes on inside a conversation, in words: its state, its variables, how it understood."""

from collections.abc import Iterator, Sequence

from bots.model.conversation import Conversation
from bots.model.turn import Event, MessageRecord
from flows.inside import Standing, named_variables, reason, standing
from flows.script_nodes import Told
from flows.telling import value_of

LONGEST_VALUE = 200


class Inside:
    """Listens to one conversation, and answers what is asked about it."""

    def __init__(self, language: str) -> None:
        self._language = language
        self.conversation: Conversation | None = None
        self._heard: list[MessageRecord] = []

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        if self.conversation is not None and self.conversation.uuid != conversation.uuid:
            self._heard = []
        self.conversation = conversation
        self._heard += [one for one in messages if one.direction == "inbound"]

    def state(self) -> Iterator[str]:
        """The flows under way and who has the chat."""
        chat = self.conversation
        if chat is None:
            yield self._words("разговор ещё не начат", "nothing has been said yet")
            return
        stack = standing(chat.position)
        for depth, frame in enumerate(stack):
            yield "  " * depth + self._frame(frame)
        if not stack:
            yield self._words("ни один сценарий не идёт", "no flow is under way")
        if chat.owner != "bot":
            yield self._words(
                "бот молчит: разговор у человека", "the bot is silent: a person has it"
            )

    def _frame(self, frame: Standing) -> str:
        place = f"{frame.flow or 'bot.yaml'}{f' · {frame.step}' if frame.step else ''}"
        waits = _WAITS.get(frame.waits)
        told = f" — {waits.by(self._language)}" if waits is not None else ""
        save = f" «{frame.save}»" if frame.save else ""
        tries = self._words(f", промахов {frame.tries}", f", misfits: {frame.tries}")
        return f"{place}{told}{save}{tries if frame.tries else ''}"

    def variables(self) -> Iterator[str]:
        """Everything that flows can read now."""
        chat = self.conversation
        found = (
            list(named_variables(chat.position, chat.user, chat.context))
            if chat is not None
            else []
        )
        for name, value in found:
            text = value_of(value)
            yield f"{name}: {text[:LONGEST_VALUE]}{'…' if len(text) > LONGEST_VALUE else ''}"
        if not found:
            yield self._words("переменных пока нет", "there are no variables yet")

    def trace(self) -> Iterator[str]:
        """What each message was taken for."""
        for message in self._heard:
            why = reason(message.rung, message.because, message.intent, self._language)
            yield f"{message.text or message.message_type} — {why or '…'}"
        if not self._heard:
            yield self._words("сообщений пока не было", "no message has come yet")

    def _words(self, ru: str, en: str) -> str:
        return Told(ru, en).by(self._language)


_WAITS = {
    "ask": Told("ждёт ответа", "waits for an answer"),
    "do": Told("ждёт действия", "waits for an action"),
    "mean": Told("ищет смысл", "looks for a meaning"),
    "person": Told("ждёт человека", "waits for a person"),
    "pause": Told("делает паузу", "pauses"),
    "wait": Told("ждёт события", "waits for an event"),
}
