"""Remembers what actions gave and texts meant, so that a conversation can be made a test of."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TypeVar

from bots.actions import Performer
from bots.board import Board
from bots.deciding import Decided, Decider
from bots.model.conversation import Conversation
from bots.model.message import Address
from bots.model.turn import Intent
from bots.ports import Actions, Clock, Meter, Secrets, Understanding
from bots.publishing import Published
from flows.errors import Place
from flows.meanings import CLOSE
from flows.recording import Call, Deed
from flows.script_lines import Line
from flows.turn import Chosen, GivenBack, Input, Occurred, Returned, Run, Understand

_T = TypeVar("_T")

MOST_CONVERSATIONS = 100
MOST_CALLS = 300
MOST_TEXTS = 2_000
_NOWHERE = Place("", 1)


class Tape:
    """Of the last conversations only, in memory: for whoever tries a bot on their own machine."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, list[Call]] = OrderedDict()
        self._events: OrderedDict[str, list[Deed]] = OrderedDict()
        self._means: OrderedDict[str, str] = OrderedDict()

    def calls(self, conversation: str) -> Sequence[Call]:
        """What the actions of a conversation (its uuid) came to, in order."""
        return tuple(self._calls.get(conversation, ()))

    def events(self, conversation: str) -> Sequence[Deed]:
        """What happened around a conversation, in order."""
        return tuple(self._events.get(conversation, ()))

    @property
    def means(self) -> Mapping[str, str]:
        """The meanings that texts were found to have."""
        return dict(self._means)

    def called(self, key: str, call: Call) -> None:
        """A call by its key, which begins with the conversation's uuid."""
        conversation = key.partition(":")[0]
        _keep(self._calls, conversation, call)

    def occurred(self, conversation: str, deed: Deed) -> None:
        _keep(self._events, conversation, deed)

    def meant(self, text: str, key: str) -> None:
        self._means[text] = key
        while len(self._means) > MOST_TEXTS:
            self._means.popitem(last=False)


class TapedDecider(Decider):
    """A decider that a tape listens to for what happens around a chat."""

    def __init__(
        self,
        *,
        published: Published,
        performer: Performer,
        clock: Clock,
        board: Board,
        tape: Tape,
    ) -> None:
        super().__init__(published=published, performer=performer, clock=clock, board=board)
        self._tape = tape

    async def decide(self, conversation: Conversation, what: Input, cause: str) -> Decided:
        line = _line(what)
        if line is not None:
            self._tape.occurred(conversation.uuid, Deed(self._clock(), line))
        return await super().decide(conversation, what, cause)


class TapedPerformer(Performer):
    """A performer that a tape listens to. Secrets are not filled in yet where it listens."""

    def __init__(
        self,
        actions: Actions,
        understanding: Understanding,
        meter: Meter,
        secrets: Secrets,
        tape: Tape,
        *,
        of: int | None = None,
    ) -> None:
        super().__init__(actions, understanding, meter, secrets, of=of)
        self._tape = tape

    async def run(self, run: Run, *, address: Address, key: str) -> Returned:
        returned = await super().run(run, address=address, key=key)
        self._tape.called(key, _call(run, returned))
        return returned

    async def carry_out(self, intent: Intent) -> tuple[Returned, bool]:
        returned, transient = await super().carry_out(intent)
        self._tape.called(intent.key, _call(intent, returned))
        return returned, transient

    async def understand(self, asked: Understand, *, language: str) -> Chosen:
        chosen = await super().understand(asked, language=language)
        first, *others = chosen.ranked or (("", 0.0),)
        # Two close ones are a question to the customer, and no meaning yet.
        if first[0] and all(first[1] - other[1] >= CLOSE for other in others):
            self._tape.meant(asked.text, first[0])
        return chosen


def _line(what: Input) -> Line | None:
    """What a test tells of something that did not come from the customer."""
    if isinstance(what, Occurred):
        return Line(place=_NOWHERE, move="happens", text=what.name, data=what.data)
    if isinstance(what, GivenBack) and what.outcome in ("released", "closed"):
        deed, where = "release", what.step
        if what.outcome == "closed":
            deed, where = "close", str(what.details.get("code", ""))
        return Line(place=_NOWHERE, move="operator", deed=deed, text=where, data=what.details)
    return None


def _keep(kept: OrderedDict[str, list[_T]], conversation: str, one: _T) -> None:
    """Add to what is kept of a conversation; the oldest gives way."""
    kept.setdefault(conversation, []).append(one)
    del kept[conversation][:-MOST_CALLS]
    kept.move_to_end(conversation)
    while len(kept) > MOST_CONVERSATIONS:
        kept.popitem(last=False)


def _call(wanted: Run | Intent, returned: Returned) -> Call:
    return Call(
        action=wanted.action,
        arguments=wanted.arguments,
        value=returned.value,
        failed=returned.failed,
    )
