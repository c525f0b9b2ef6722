"""`chat`: talk to a bot in the terminal, through the same inbox as every messenger."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from typing import Any, Protocol, TextIO

from adapters.terminal.screen import CHANNEL, Screen
from bots.model.answer import Answer
from bots.model.conversation import Conversation
from bots.model.message import Address, Attachment, Button, UnifiedMessage
from bots.ports import Clock, NewId
from flows.turn import GivenBack

QUIT = frozenset({"/quit", "/exit"})
RELEASE = "/release"

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
    ) -> None:
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
        has answered the last.
        """
        if input.isatty():
            self._screen.hint(self._screen.word("welcome"))
            await self._say(text="/start")
        async for line in _lines(input):
            text = line.strip()
            if text.casefold() in QUIT:
                return
            if text.casefold() == RELEASE:
                await self._inbox.give_back(self._address, GivenBack())
            elif text:
                await self._hear(text)
            else:
                self._screen.prompt()

    async def _hear(self, text: str) -> None:
        if self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            await self._share(wanted, text)
        elif text.startswith("/photo ") and (name := text.removeprefix("/photo ").strip()):
            await self._say(attachment=Attachment(kind="photo", ref=name, name=name))
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
