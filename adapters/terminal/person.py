"""`person`: what is kept of one customer, handed out or erased, as the law lets them ask for."""

import json
import zipfile
from argparse import Namespace
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from adapters.terminal.colours import harmless
from adapters.terminal.folders import shown_path
from adapters.terminal.leaving import Refused
from adapters.terminal.tables import show_table
from bots.model.person import Erased, Everything, Person

NEWEST = 20


class Persons(Protocol):
    """The store."""

    async def find(self, workspace: int, words: str, *, limit: int) -> list[Person]:
        """The best fitting first."""

    async def everything(self, workspace: int, platform: str, user_id: str) -> Everything:
        """Raises NotFound."""

    async def erase(self, workspace: int, platform: str, user_id: str) -> Erased:
        """Raises NotFound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCommands:
    """`ask` asks somebody at the terminal; None where nobody is there."""

    persons: Persons
    workspace: int
    files: Path
    language: str
    ask: Callable[[str], Awaitable[str]] | None
    out: TextIO

    async def do(self, given: Namespace) -> int:
        """What was typed. Raises Refused, and OSError where a file cannot be written."""
        match given.verb:
            case "export":
                return await self.export(given.who, given.out)
            case "erase":
                return await self.erase(given.who, yes=given.yes)
            case "find":
                return await self.show(given.who)
            case _:
                raise Refused("Say what to do: python run.py person find | export | erase WHO")

    async def show(self, words: str) -> int:
        """Who is meant; 1 where nobody is."""
        found = await self.persons.find(self.workspace, words, limit=NEWEST)
        if not found:
            self._say(f"Никого по «{words}» нет", f"Nobody is known by «{words}»")
            return 1
        heading = self._said("кто имя чаты", "who name chats").split()
        rows = [[f"{one.platform}:{one.user_id}", one.name, str(one.chats)] for one in found]
        show_table([heading, *rows], self.out)
        return 0

    async def export(self, words: str, path: Path | None) -> int:
        """Everything as a zip file: what is written as JSON, and the files they sent. Raises Refused."""
        person = await self._one(words)
        found = await self.persons.everything(self.workspace, person.platform, person.user_id)
        target = path or Path(f"{person.platform}-{_safe(person.user_id)}.zip")
        if target.exists():
            raise Refused(f"{target}: {self._said('уже есть', 'is there already')}.")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
            text = json.dumps(found.rows, ensure_ascii=False, indent=1, default=str)
            packed.writestr("person.json", text)
            for name in found.files:
                if (self.files / name).is_file():
                    packed.write(self.files / name, f"files/{name}")
        counts = ", ".join(f"{table} {len(rows)}" for table, rows in found.rows.items())
        print(f"{shown_path(target)}: {counts}", file=self.out)
        return 0

    async def erase(self, words: str, *, yes: bool) -> int:
        """All of it, once and for all. Raises Refused."""
        person = await self._one(words)
        who = f"{person.platform}:{person.user_id}"
        if person.waits:
            raise Refused(
                self._said(
                    f"{who} сейчас говорит с операторами: сначала закройте этот чат.",
                    f"{who} is with operators just now: close the chat first.",
                )
            )
        if not yes and not await self._agreed(person, who):
            self._say("Ничего не стёрто", "Nothing was erased")
            return 1
        erased = await self.persons.erase(self.workspace, person.platform, person.user_id)
        for name in erased.files:
            (self.files / name).unlink(missing_ok=True)
        counts = ", ".join(f"{table} {count}" for table, count in erased.rows.items())
        self._say(f"Стёрто: {counts}", f"Erased: {counts}")
        if erased.topics:
            self._say(
                f"В группах операторов осталось тем с этой перепиской: {erased.topics}. Удалите их там",
                f"Topics that still show it in operators' groups: {erased.topics}. Delete them there",
            )
        self._say(
            "В прежних копиях (backup) и в самом мессенджере это осталось",
            "Earlier backups and the messenger itself still have it",
        )
        return 0

    async def _one(self, words: str) -> Person:
        found = await self.persons.find(self.workspace, words, limit=NEWEST)
        if not found:
            raise Refused(self._said(f"Никого по «{words}» нет.", f"Nobody is known by «{words}»."))
        if len(found) > 1:
            there = ", ".join(f"{one.platform}:{one.user_id}" for one in found)
            raise Refused(
                self._said(
                    f"«{words}» — это несколько людей: {there}. Назовите одного.",
                    f"«{words}» are several people: {there}. Name one.",
                )
            )
        return found[0]

    async def _agreed(self, person: Person, who: str) -> bool:
        if self.ask is None:
            raise Refused(self._said("Скажите --yes.", "Say --yes."))
        question = self._said(
            f"Стереть всё о {who} ({person.name or '—'}), чатов: {person.chats}? Вернуть это нельзя. [yes/N] ",
            f"Erase everything of {who} ({person.name or '—'}), chats: {person.chats}? There is no way back. [yes/N] ",
        )
        return (await self.ask(harmless(question))).strip().casefold() in ("yes", "да")

    def _say(self, russian: str, english: str) -> None:
        print(harmless(self._said(russian, english)), file=self.out)

    def _said(self, russian: str, english: str) -> str:
        return russian if self.language == "ru" else english


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)[:60]
