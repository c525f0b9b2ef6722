"""A customer of any messenger: says, presses, sends, and waits for what the bot answers."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from tests.conversations.side import Nowhere, Side

SLOW = 60.0
"""Seconds after which an answer is not waited for any more."""


_OTHERS = ("client", "bot edits", "bot changes")
"""What begins with this is nothing that the bot says."""


class Customer:
    """One person in one messenger; what is heard is read once, in its order.

    They act when the bot has said everything, `idle`: then it is the same at every run.
    """

    def __init__(
        self, side: Side, bot: str, chat: int, idle: Callable[[], Awaitable[None]]
    ) -> None:
        self._idle = idle
        self.side = side
        self.bot = bot
        self.chat = chat
        self._read = 0

    # ------------------------------------------------------------ does

    async def says(self, text: str, *, copies: int = 1) -> None:
        await self._idle()
        self.side.says(self.bot, self.chat, text, copies=copies)

    async def chooses(self, label: str, *, copies: int = 1) -> None:
        """Presses the button or row; where it stands as a numbered line, types its number."""
        await self._idle()
        try:
            self.side.presses(self.bot, self.chat, label, copies=copies)
        except Nowhere:
            self.side.says(self.bot, self.chat, self._number_of(label), copies=copies)

    async def opens(self, payload: str) -> None:
        self.side.opens(self.bot, self.chat, payload)

    async def sends_photos(self, count: int = 1, caption: str = "") -> None:
        await self._idle()
        self.side.sends_photos(self.bot, self.chat, count, caption)

    async def sends_voice(self) -> None:
        await self._idle()
        self.side.sends_voice(self.bot, self.chat)

    async def sends_file(self, name: str) -> None:
        await self._idle()
        self.side.sends_file(self.bot, self.chat, name)

    async def sends_place(self) -> None:
        await self._idle()
        self.side.sends_place(self.bot, self.chat)

    async def shares_phone(self, label: str, phone: str = "+79991234567") -> None:
        await self._idle()
        self.side.shares_phone(self.bot, self.chat, label, phone)

    async def changes(self, text: str) -> None:
        await self._idle()
        self.side.changes(self.bot, self.chat, text)

    async def reacts(self, emoji: str) -> None:
        await self._idle()
        self.side.reacts(self.bot, self.chat, emoji)

    async def blocks(self) -> None:
        await self._idle()
        self.side.blocks(self.bot, self.chat)

    # ------------------------------------------------------------ sees

    async def hears(self, words: str) -> None:
        """The next line of the bot's with these words, whatever stands before it."""
        deadline = asyncio.get_running_loop().time() + SLOW
        while not self._reads(words):
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"never heard on {self.side.name}: {words}\n{self.screen()}")
            await asyncio.sleep(0.02)

    async def sees(self, there: Callable[[], bool], what: str) -> None:
        """Anything else that is to be waited for."""
        deadline = asyncio.get_running_loop().time() + SLOW
        while not there():
            assert asyncio.get_running_loop().time() < deadline, f"{what}\n{self.screen()}"
            await asyncio.sleep(0.02)

    def said(self) -> list[str]:
        return self.side.said(self.bot, self.chat)

    def screen(self) -> str:
        return "\n".join(self.said()) + "\n"

    def _reads(self, words: str) -> bool:
        others = False
        for place, line in enumerate(self.said()):
            if not line.startswith("  "):
                others = line.startswith(_OTHERS)
            # New buttons of an old message are news, its words are none.
            news = not others or not line.startswith(("    ", *_OTHERS))
            if place >= self._read and news and words in line:
                self._read = place + 1
                return True
        return False

    def _number_of(self, label: str) -> str:
        for line in reversed(self.said()):
            if found := re.fullmatch(rf"\s*(\d+)\. {re.escape(label)}", line):
                return found[1]
        raise Nowhere(f"{label} on {self.side.name}:\n{self.screen()}")
