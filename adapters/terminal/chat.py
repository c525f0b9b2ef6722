"""`chat`: talk to a bot in the terminal, through the same inbox as every messenger."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol, TextIO

from adapters.terminal.recording import Notes
from adapters.terminal.screen import CHANNEL, Screen
from bots.inside import Inside
from bots.model.answer import Answer
from bots.model.conversation import Conversation
from bots.model.message import Address, Attachment, AttachmentKind, Button, UnifiedMessage
from bots.ports import Clock, NewId
from flows.turn import GivenBack

QUIT = frozenset({"/quit", "/exit"})

Keep = Callable[[Notes, str, str], Iterable[str]]
"""Writes a talk down as a test of a name (its conversation's uuid comes last); says what came of it."""

Pays = Callable[[str], Awaitable[bool]]
"""Pays at an address; False where nothing is paid there."""

_PHONE = re.compile(r"\+?[\d\s()-]{7,20}")


class Asks(Protocol):
    """What the terminal needs of the inbox."""

    async def ask(self, message: UnifiedMessage, *, patience: float = 25.0) -> Answer: ...
    async def give_back(self, address: Address, what: GivenBack) -> Conversation: ...


class Talk:
    """One person at one terminal."""

    def __init__(
        self,
        *,
        inbox: Asks,
        screen: Screen,
        bot: str,
        workspace: int,
        person: str,
        clock: Clock,
        new_id: NewId,
        inside: Inside,
        keep: Keep | None = None,
        record: str = "",
        pays: Pays | None = None,
    ) -> None:
        self._pays = pays
        self._inside = inside
        self._keep = keep
        self._record = record
        self._notes = Notes(clock())
        self._inbox = inbox
        self._screen = screen
        self._address = Address(workspace, bot, CHANNEL, person)
        self._person = person
        self._clock = clock
        self._new_id = new_id
        self._wanted: Button | None = None

    async def run(self, input: TextIO) -> None:
        """Talk until /quit or the end of the input.

        At a keyboard the bot greets first. A pipe is read line by line, the next one after the bot
        has answered the last. What was to be recorded is written down at the end.
        """
        try:
            await self._talk(input)
        finally:
            if self._record:
                self._save(self._record)

    async def _talk(self, input: TextIO) -> None:
        if input.isatty():
            self._screen.hint(self._screen.word("welcome"))
            await self._say(text="/start")
        async for line in _lines(input):
            text = line.strip()
            if text.casefold() in QUIT:
                return
            if not text:
                self._screen.prompt()
            elif not await self._ours(text):
                await self._hear(text)

    async def _ours(self, text: str) -> bool:
        """Whether a line was for the terminal and not for the bot."""
        command, _, name = text.partition(" ")
        match command.casefold():
            case "/release":
                await self._inbox.give_back(self._address, GivenBack())
            case "/state":
                self._show(self._inside.state())
            case "/vars":
                self._show(self._inside.variables())
            case "/trace":
                self._show(self._inside.trace())
            case "/record" if self._keep is not None:
                self._begin_anew(name.strip())
            case "/save" if self._keep is not None:
                self._save(name.strip() or self._record or self._screen.word("talk"))
                self._record = ""
                self._screen.prompt()
            case _:
                return False
        return True

    def _show(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._screen.hint(f"  {line}")
        self._screen.prompt()

    def _begin_anew(self, name: str) -> None:
        """A test begins where nothing is known yet, so the talk does."""
        self._record = name or self._screen.word("talk")
        self._address = self._address._replace(chat_id=self._new_id())
        self._notes = Notes(self._clock())
        self._screen.hint(self._screen.word("recording"))
        self._screen.prompt()

    def _save(self, name: str) -> None:
        chat = self._inside.conversation
        if self._keep is None or self._notes.empty or chat is None:
            self._screen.hint(self._screen.word("nothing_to_save"))
            return
        for line in self._keep(self._notes, name, chat.uuid):
            self._screen.hint(line)

    async def _hear(self, text: str) -> None:
        if self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            await self._share(wanted, text)
        elif (sent := _attached(text)) is not None:
            await self._say(attachment=sent)
        elif (button := self._pressed(text)) is not None:
            await self._press(button)
        else:
            await self._say(text=text)

    def _pressed(self, text: str) -> Button | None:
        """The button of that number or label."""
        buttons = self._screen.buttons
        if text.isdecimal() and 1 <= int(text) <= len(buttons):
            return buttons[int(text) - 1]
        return next((one for one in buttons if one.text.casefold() == text.casefold()), None)

    async def _press(self, button: Button) -> None:
        if button.url is not None:
            if self._pays is not None and await self._pays(button.url):
                self._screen.hint(self._screen.word("paid"))
            else:
                self._screen.hint(f"{self._screen.word('link')} {button.url}")
            self._screen.prompt()
        elif button.share is not None:
            self._wanted = button
            self._screen.hint(self._screen.word(button.share))
            self._screen.prompt()
        else:
            await self._say(text=button.text, button=button.payload)

    async def _share(self, button: Button, text: str) -> None:
        if button.share == "phone" and _PHONE.fullmatch(text):
            details: dict[str, Any] = {"phone": text, "own": True}
            await self._say(attachment=Attachment(kind="contact", details=details))
        elif button.share == "location" and (place := _place(text)) is not None:
            details = {"latitude": place[0], "longitude": place[1]}
            await self._say(attachment=Attachment(kind="location", details=details))
        else:
            # Whatever else it is, it is meant for the bot.
            await self._say(text=text)

    async def _say(
        self,
        *,
        text: str | None = None,
        button: str | None = None,
        attachment: Attachment | None = None,
    ) -> None:
        id = self._new_id()
        self._note(text, button, attachment)
        await self._inbox.ask(
            UnifiedMessage(
                message_id=id,
                address=self._address,
                platform=CHANNEL,
                user_id=self._person,
                external_id=id,
                timestamp=self._clock(),
                happening="message" if button is None else "button",
                text=text,
                message_type=_type_of(attachment),
                button=button,
                attachments=() if attachment is None else (attachment,),
            )
        )

    def _note(self, text: str | None, button: str | None, attachment: Attachment | None) -> None:
        now = self._clock()
        if attachment is not None:
            self._notes.sends(now, attachment)
        elif button is not None:
            self._notes.presses(now, Button(text=text or ""))
        else:
            self._notes.says(now, text or "")


_KINDS: Mapping[str, AttachmentKind] = {
    "/photo": "photo",
    "/video": "video",
    "/voice": "voice",
    "/audio": "audio",
    "/file": "document",
}


def _attached(text: str) -> Attachment | None:
    """What `/photo name.jpg` and its like send."""
    command, _, name = text.partition(" ")
    kind = _KINDS.get(command.casefold())
    if kind is None or not name.strip():
        return None
    return Attachment(kind=kind, ref=name.strip(), name=name.strip())


def _type_of(attachment: Attachment | None) -> Any:
    if attachment is None:
        return "text"
    return "image" if attachment.kind == "photo" else attachment.kind


def _place(text: str) -> tuple[float, float] | None:
    first, _, second = text.partition(",")
    try:
        latitude, longitude = float(first), float(second)
    except ValueError:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


async def _lines(input: TextIO) -> AsyncIterator[str]:
    """Lines of `input` without blocking the loop, be it a keyboard, a pipe or a file."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str | None] = asyncio.Queue()

    def read() -> None:
        line: str | None = ""
        while line is not None:
            try:
                line = input.readline() or None
            except (OSError, ValueError):
                line = None
            try:
                loop.call_soon_threadsafe(queue.put_nowait, line)
            except RuntimeError:
                return  # The loop is closed: nobody listens any more.

    # A daemon, as nothing can interrupt a read from a keyboard.
    threading.Thread(target=read, name="keyboard", daemon=True).start()
    while (line := await queue.get()) is not None:
        yield line
