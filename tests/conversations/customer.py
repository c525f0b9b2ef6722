"""A customer of any messenger: says, presses, sends, and waits for what the bot answers."""

import asyncio
import re
from collections.abc import Callable

from tests.conversations.side import Nowhere, Side

SLOW = 20.0
"""Seconds after which an answer is not waited for any more."""


class Customer:
    """One person in one messenger; what is heard is read once, in its order."""

    def __init__(self, side: Side, bot: str, chat: int) -> None:
        self.side = side
        self.bot = bot
        self.chat = chat
        self._read = 0

    # ------------------------------------------------------------ does

    def says(self, text: str, *, copies: int = 1) -> None:
        self.side.says(self.bot, self.chat, text, copies=copies)

    def chooses(self, label: str, *, copies: int = 1) -> None:
        """Presses the button or row; where it stands as a numbered line, types its number."""
        try:
            self.side.presses(self.bot, self.chat, label, copies=copies)
        except Nowhere:
            self.says(self._number_of(label), copies=copies)

    def opens(self, payload: str) -> None:
        self.side.opens(self.bot, self.chat, payload)

    def sends_photos(self, count: int = 1, caption: str = "") -> None:
        self.side.sends_photos(self.bot, self.chat, count, caption)

    def sends_voice(self) -> None:
        self.side.sends_voice(self.bot, self.chat)

    def sends_file(self, name: str) -> None:
        self.side.sends_file(self.bot, self.chat, name)

    def sends_place(self) -> None:
        self.side.sends_place(self.bot, self.chat)

    def shares_phone(self, label: str, phone: str = "+79991234567") -> None:
        self.side.shares_phone(self.bot, self.chat, label, phone)

    def changes(self, text: str) -> None:
        self.side.changes(self.bot, self.chat, text)

    def reacts(self, emoji: str) -> None:
        self.side.reacts(self.bot, self.chat, emoji)

    def blocks(self) -> None:
        self.side.blocks(self.bot, self.chat)

    # ------------------------------------------------------------ sees

    async def hears(self, words: str) -> None:
        """The next line of the bot's with these words, whatever stands before it."""
        await self._sees(lambda line: words in line and not line.startswith("client"), words)

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

    async def _sees(self, wanted: Callable[[str], bool], words: str) -> None:
        deadline = asyncio.get_running_loop().time() + SLOW
        while True:
            lines = self.said()
            for place in range(self._read, len(lines)):
                if wanted(lines[place]):
                    self._read = place + 1
                    return
            if asyncio.get_running_loop().time() > deadline:
                heard = "\n".join(lines)
                raise AssertionError(f"never heard on {self.side.name}: {words}\n{heard}")
            await asyncio.sleep(0.02)

    def _number_of(self, label: str) -> str:
        for line in reversed(self.said()):
            if found := re.fullmatch(rf"\s*(\d+)\. {re.escape(label)}", line):
                return found[1]
        raise Nowhere(f"{label} on {self.side.name}:\n{self.screen()}")
