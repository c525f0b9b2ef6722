"""What the flow makes of something that happened: the engine, asked until it needs nothing at once."""

import hashlib
import itertools
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Any, Self
from zoneinfo import ZoneInfo

import structlog
from msgspec import Struct, field

from bots import composing
from bots.actions import Performer, acted
from bots.board import Board, Queues
from bots.model.conversation import Conversation
from bots.model.message import Address, Button
from bots.ports import Clock
from bots.publishing import Published
from flows import engine, versions
from flows.model import Bot
from flows.turn import Around, Effect, Happened, Input, Run, Step, Understand, Understood

log = structlog.get_logger()


class Decided(Struct, kw_only=True):
    """What a turn comes to before it is written: the position, and the effects in their order."""

    position: Mapping[str, Any]
    user: Mapping[str, Any]
    chat: Mapping[str, Any]
    step: str | None
    effects: list[Effect] = field(default_factory=list)
    understood: Understood = field(default_factory=Understood)
    offered: tuple[Button, ...] = ()
    settled: bool = True
    user_changed: bool = False
    zone: tzinfo = UTC

    @classmethod
    def untouched(cls, conversation: Conversation) -> Self:
        """Nothing happened yet."""
        return cls(
            position=conversation.position,
            user=conversation.user,
            chat=conversation.context,
            step=conversation.step,
        )

    def add(self, step: Step, wanted: Run | Understand | None) -> None:
        """Go on by a step of the engine; what is `wanted` at once is no effect of the turn."""
        self.position = step.position
        self.effects.extend(step.effects if wanted is None else step.effects[:-1])
        self.step = step.step or self.step
        self.settled = step.settled
        self.offered = tuple(map(composing.button, step.offered))
        self.understood = _merged(self.understood, step.understood)
        if step.user is not None:
            self.user = step.user
            self.user_changed = True
        if step.chat is not None:
            self.chat = step.chat


class Decider:
    """Runs the engine, and within the same turn whatever it wants to know at once."""

    def __init__(
        self,
        *,
        published: Published,
        performer: Performer,
        clock: Clock,
        board: Board,
    ) -> None:
        self._board = board
        self._published = published
        self._performer = performer
        self._clock = clock

    async def decide(self, conversation: Conversation, what: Input, cause: str) -> Decided:
        """Ask the engine until it needs nothing more that can be had at once.

        `cause` names what happened: the same turn tried again calls its actions by the same keys.
        """
        address = conversation.address
        bot = self._published.current(address.bot)
        older = await self._older(bot, conversation.position)
        decided = Decided.untouched(conversation)
        decided.zone = ZoneInfo(bot.timezone)
        waiting = Queues(self._board, conversation)
        for number in itertools.count():
            around = Around(
                now=self._clock(),
                user=decided.user,
                chat=decided.chat,
                channel=conversation.platform,
                owner=conversation.owner,
                waiting=waiting,
                chance=_chance(f"{conversation.uuid}:{cause}:{number}"),
            )
            step = engine.advance(bot, decided.position, what, around, older=older)
            wanted = _wanted_at_once(step)
            decided.add(step, wanted)
            if wanted is None:
                break
            if isinstance(wanted, Run):
                began = time.perf_counter()
                what = await self._performer.run(
                    wanted,
                    address=address,
                    key=f"{conversation.uuid}:{wanted.wait}:{cause}",
                )
                decided.effects.append(acted(wanted, what, time.perf_counter() - began))
            else:
                what = await self._performer.understand(wanted, language=bot.language)
        _log_failures(address, decided.effects)
        return decided

    async def _older(self, bot: Bot, position: Mapping[str, Any]) -> dict[str, Bot]:
        older = {}
        for version in versions.needed(position):
            if version != bot.version:
                made = await self._published.older(bot.folder, version)
                if made is not None:
                    older[version] = made
        return older


def _chance(of: str) -> float:
    """A number in [0, 1) that the same turn gets again when it is tried again."""
    return int.from_bytes(hashlib.blake2b(of.encode(), digest_size=6).digest()) / 2**48


def _log_failures(address: Address, effects: Iterable[Effect]) -> None:
    """A flow that went wrong is its owner's to mend; the reason holds no word of a customer."""
    for effect in effects:
        if isinstance(effect, Happened) and effect.name == "error":
            log.warning(
                "A flow failed",
                bot=address.bot,
                flow=effect.data.get("flow"),
                step=effect.data.get("step"),
                reason=effect.data.get("reason"),
            )


def _wanted_at_once(step: Step) -> Run | Understand | None:
    last = step.effects[-1] if step.effects else None
    if isinstance(last, Understand) or (isinstance(last, Run) and last.quick):
        return last
    return None


def _merged(before: Understood, after: Understood) -> Understood:
    """What the message turned out to be, over all steps of its turn."""
    if not after.rung and after.intent is None and not after.entities:
        return before
    if not before.rung and not before.entities:
        return after
    return Understood(
        intent=after.intent or before.intent,
        entities={**before.entities, **after.entities},
        confidence=after.confidence if after.rung else before.confidence,
        rung=after.rung or before.rung,
        because=after.because if after.rung else before.because,
    )
