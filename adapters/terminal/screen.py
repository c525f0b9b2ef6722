"""What a conversation looks like in a terminal; the terminal as a channel."""

from collections.abc import Sequence
from typing import Any, TextIO

from bots.errors import Invalid
from bots.model.conversation import Conversation
from bots.model.message import Address, Attachment, Button, Card, Keyboard, Reply
from bots.model.turn import Event, MessageRecord, Outgoing
from bots.ports import Channel, Received, Webhook

CHANNEL = "terminal"

_BOLD, _DIM, _PLAIN = "\033[1m", "\033[2m", "\033[0m"


class Screen(Channel):
    """Prints what is said in one conversation. It is a `Channel` and a `Listener` at once:

    messages are shown as they are committed, so nothing goes through the outbox.
    """

    name = CHANNEL
    platform = CHANNEL

    def __init__(self, out: TextIO, *, title: str, language: str = "ru") -> None:
        self._out = out
        self._title = title
        self._tty = out.isatty()
        self._words = _RUSSIAN if language == "ru" else _ENGLISH
        self._busy = False
        self.buttons: tuple[Button, ...] = ()

    # ------------------------------------------------------------ the channel

    async def receive(self, webhook: Webhook) -> Received:
        raise Invalid("body", "the terminal has no webhook")

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        return []

    async def send(self, row: Outgoing) -> str:
        return ""

    async def typing(self, address: Address) -> None:
        if self._tty and not self._busy:
            self._busy = True
            self._print(self._dim(self._words["typing"]), end="\r")

    # ------------------------------------------------------------ the listener

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        if conversation.address.channel != CHANNEL:
            return
        for message in messages:
            if message.direction == "outbound":
                self._show(message)
        if any(event.name == "handoff.requested" for event in events):
            self.hint(self._words["waiting"])
        self.prompt()

    def prompt(self) -> None:
        """Show that it is the person's turn."""
        if self._tty:
            self._print("> ", end="")

    def hint(self, text: str) -> None:
        """A line that the bot did not say."""
        self._print(self._dim(text))

    def word(self, name: str) -> str:
        return self._words[name]

    # ------------------------------------------------------------ inside

    def _show(self, message: MessageRecord) -> None:
        self._busy = False
        name = f"{_BOLD}{self._title}:{_PLAIN}" if self._tty else f"{self._title}:"
        lines = [f"[{_attached(one)}]" for one in message.attachments]
        lines += message.text.splitlines()
        # On a terminal the prompt stands there already; the message takes its place.
        self._print(("\r\033[K" if self._tty else "") + f"{name} {lines[0] if lines else ''}")
        for line in lines[1:]:
            self._print(f"  {line}")
        self.buttons = ()
        for card in message.cards:
            self._show_card(card)
        self._offer(message.keyboard)

    def _show_card(self, card: Card) -> None:
        title = f"{_BOLD}{card.title}{_PLAIN}" if self._tty else card.title
        self._print(f"  ▪ {title}")
        for line in [*([f"[photo {card.photo}]"] if card.photo else []), *card.text.splitlines()]:
            self._print(f"    {line}")
        self._offer(card.keyboard, indent="    ")

    def _offer(self, keyboard: Keyboard | None, indent: str = "  ") -> None:
        """Show buttons; their numbers go on from those above them."""
        rows = keyboard.rows if keyboard else ()
        for button in (button for row in rows for button in row):
            self.buttons += (button,)
            link = f" → {button.url}" if button.url else ""
            self._print(f"{indent}{len(self.buttons)}. {button.text}{link}")

    def _dim(self, text: str) -> str:
        return f"{_DIM}{text}{_PLAIN}" if self._tty else text

    def _print(self, text: str, end: str = "\n") -> None:
        print(text, end=end, file=self._out, flush=True)


def _attached(attachment: Attachment) -> str:
    return f"{attachment.kind} {attachment.ref or attachment.name or ''}".strip()


_RUSSIAN = {
    "typing": "печатает…",
    "welcome": "Пишите как в мессенджере. Кнопку можно выбрать её номером; "
    "/photo имя.jpg — прислать фото (так же /video, /voice, /audio, /file), /quit — выйти.\n"
    "/state, /vars, /trace — что внутри бота; /record имя — начать запись проверки, /save — сохранить её.",
    "recording": "Запись началась, разговор — с чистого листа. /save сохранит проверку.",
    "nothing_to_save": "Записывать нечего: разговора ещё не было.",
    "talk": "разговор",
    "phone": "Номер телефона:",
    "location": "Широта и долгота через запятую:",
    "waiting": "(бот молчит: разговор ждёт человека; /release вернёт его боту)",
    "link": "Это ссылка, откройте её в браузере:",
    "paid": "(оплачено: в терминале страницу оплаты заменяет нажатие)",
}
_ENGLISH = {
    "typing": "typing…",
    "welcome": "Write as you would in a messenger. A button may be chosen by its number; "
    "/photo name.jpg sends a photo (so do /video, /voice, /audio, /file), /quit leaves.\n"
    "/state, /vars, /trace show what is inside; /record name begins the recording of a test, /save keeps it.",
    "recording": "Recording; the talk begins anew. /save keeps it as a test.",
    "nothing_to_save": "There is nothing to record yet.",
    "talk": "talk",
    "phone": "Your phone number:",
    "location": "Latitude and longitude with a comma:",
    "waiting": "(the bot is silent: the chat waits for a person; /release gives it back)",
    "link": "This is a link, open it in a browser:",
    "paid": "(paid: in the terminal pressing stands for the page)",
}


class NoMeter:
    """Where nobody reads metrics, nothing is counted."""

    def accepted(self, fresh: int, repeated: int) -> None: ...
    def waited(self, bot: str, seconds: float) -> None: ...
    def turned(self, bot: str, rung: str, seconds: float) -> None: ...
    def acted(self, action: str, outcome: str, seconds: float) -> None: ...
    def fired(self, seconds: float) -> None: ...
    def delivered(
        self,
        address: Address,
        outcome: str,
        why: str = "",
        *,
        took: float | None = None,
        waited: float | None = None,
    ) -> None: ...
    def failed(self, what: str) -> None: ...
