"""`channels` and `keys`: where bots answer, said from beside the server, which follows within a second."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from getpass import getpass
from typing import TextIO

from adapters.terminal.colours import paint
from adapters.terminal.leaving import Refused
from bots.errors import ChannelError, ChannelUnauthorised, Locked
from bots.messengers import Credential, Messenger, as_meant
from bots.model.channel import DECLARED, ChannelRecord, ChannelState
from bots.ports import Channels, Clock, MessengerChannel

CHECK_PATIENCE = 20.0
"""Seconds to wait for a messenger to say whose account it is."""

SERVER_PATIENCE = 6.0
"""Seconds to wait for the running server to take a change up."""

_COLOURS = {"up": "green", "down": "yellow", "refused": "red", "locked": "red"}


Ask = Callable[[Credential], str]
"""Asks a person for a credential; "" where they leave it out."""


def credentials_of(
    messenger: Messenger,
    given: Mapping[str, str],
    *,
    ask: Ask | None,
    new_secret: Callable[[], str],
) -> dict[str, str]:
    """What an account is opened with: given, asked for, or made up. Raises Refused."""
    unknown = given.keys() - {one.name for one in messenger.credentials}
    if unknown:
        names = ", ".join(one.name for one in messenger.credentials)
        raise Refused(f"{messenger.title} has no {', '.join(sorted(unknown))}, only {names}.")
    found = {}
    for one in messenger.credentials:
        value = as_meant(
            given.get(one.name) or (ask(one) if ask is not None and not one.made else "")
        )
        if not value and one.made:
            value = new_secret()
        if value:
            found[one.name] = value
        elif one.required:
            raise Refused(f"{messenger.title} needs {one.name}: {one.meaning}.")
    return found


def from_variables(pairs: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """What `KEY=VARIABLE` stands for. Raises Refused for a variable that is not set."""
    found = {}
    for pair in pairs:
        key, _, variable = pair.partition("=")
        if variable not in known:
            raise Refused(
                f"--from-env {pair}: the variable {variable or key} is not set: set it in the"
                " environment or in .env."
            )
        found[key] = known[variable]
    return found


def asked(credential: Credential) -> str:
    """What a person types; what is secret is not shown."""
    hint = "" if credential.required else "; Enter leaves it out"
    prompt = f"{credential.name} ({credential.meaning}{hint}): "
    hidden = credential.secret and sys.stdin.isatty()
    return (getpass(prompt) if hidden else input(prompt)).strip()


def named(name: str, known: Collection[str], noun: str) -> str:
    """The name, if there is such. Raises Refused."""
    if name not in known:
        raise Refused(f"There is no {noun} {name}; there are: {', '.join(known) or 'none'}.")
    return name


async def seal_again(seal: Callable[[], Awaitable[tuple[int, Sequence[str]]]], out: TextIO) -> int:
    """Seal everything with the newest key, and what a server sealed meanwhile with the one before."""
    again, locked = await seal()
    await asyncio.sleep(1)
    await seal()
    if locked:
        print(f"No key at hand opens {', '.join(locked)}: give the key back.", file=out)
        return 1
    print(f"{again} sealed anew; older keys are needed for backups alone.", file=out)
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCommands:
    """Channels as somebody types them. `running` says whether a server has the database now."""

    store: Channels
    workspace: int
    open: Callable[[ChannelRecord], MessengerChannel]
    running: Callable[[], bool]
    clock: Clock
    out: TextIO

    async def show(self) -> int:
        """Every channel, and how it fares as far as the server noted."""
        records = await self.store.records(self.workspace)
        states = await self.store.states(self.workspace)
        if not records:
            self._say("No channels yet: python run.py channels add telegram --bot shop")
            return 0
        rows: list[tuple[str, ...]] = [("channel", "bot", "from", "state", "account")]
        rows += [self._row(one, states[one.name]) for one in records if one.name in states]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            cells[3] = paint(_COLOURS.get(row[3], ""), cells[3], self.out)
            self._say("  ".join(cells).rstrip())
        for name, state in states.items():
            if state.why:
                self._say(f"{name}: {state.why}")
        if not self.running():
            self._say("No server runs; these are the states it noted last.")
        return 0

    async def add(self, platform: str, bot: str, credentials: Mapping[str, str]) -> int:
        """Keep a channel once the messenger has said whose account it is. Raises Refused."""
        record = ChannelRecord(
            workspace=self.workspace,
            bot=bot,
            platform=platform,
            origin="command",
            credentials=credentials,
        )
        name, title = await self._checked(record)
        there = {one.name: one for one in await self.store.records(self.workspace)}
        if name in there and there[name].origin in DECLARED:
            raise Refused(
                f"{name} ({title}) is connected by the {there[name].origin}: change it there."
            )
        try:
            await self.store.put(replace(record, name=name), now=self.clock())
        except Locked as locked:
            raise Refused(f"Nothing was kept: it cannot be sealed. {locked}.") from None
        self._say(f"{name} is {title}; {bot} answers there.")
        return await self._taken_up(name)

    async def remove(self, name: str) -> int:
        """Let go of a channel; its conversations stay. Raises Refused."""
        there = {one.name: one for one in await self.store.records(self.workspace)}
        named(name, there, "channel")
        if there[name].origin in DECLARED:
            raise Refused(f"{name} is connected by the {there[name].origin}: remove it there.")
        await self.store.remove(self.workspace, name)
        self._say(f"{name} is removed; its conversations stay.")
        return 0

    async def _checked(self, record: ChannelRecord) -> tuple[str, str]:
        try:
            channel = self.open(record)
        except ChannelUnauthorised as refused:
            raise Refused(str(refused)) from None
        try:
            await channel.load()
            async with asyncio.timeout(CHECK_PATIENCE):
                return channel.name, await channel.check()
        except ChannelUnauthorised as refused:
            raise Refused(f"Nothing was kept. {refused}") from None
        except (ChannelError, TimeoutError) as error:
            why = str(error) or "no answer in time"
            raise Refused(
                f"Nothing was kept: the messenger does not answer ({why}). Try again later."
            ) from None
        finally:
            await channel.close()

    async def _taken_up(self, name: str) -> int:
        if not await asyncio.to_thread(self.running):
            self._say("No server runs; it is connected at the next start.")
            return 0
        loop = asyncio.get_running_loop()
        deadline = loop.time() + SERVER_PATIENCE
        while loop.time() < deadline:
            state = (await self.store.states(self.workspace)).get(name)
            if state is not None and state.status != "connecting":
                self._say(" ".join(filter(None, (f"The server says: {state.status}.", state.why))))
                return 0 if state.status == "up" else 1
            await asyncio.sleep(0.2)
        self._say("The server has not taken it up yet; look again: python run.py channels")
        return 0

    def _row(self, record: ChannelRecord, state: ChannelState) -> tuple[str, ...]:
        return (record.name, record.bot, record.origin, state.status, state.title)

    def _say(self, line: str) -> None:
        print(line, file=self.out)
