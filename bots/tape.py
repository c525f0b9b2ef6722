"""Remembers what actions gave and texts meant, so that a conversation can be made a test of."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from bots.actions import Performer
from bots.model.message import Address
from bots.model.turn import Intent
from bots.ports import Actions, Meter, Secrets, Understanding
from flows.meanings import CLOSE
from flows.recording import Call
from flows.turn import Chosen, Returned, Run, Understand

MOST_CONVERSATIONS = 100
MOST_CALLS = 300
MOST_TEXTS = 2_000


class Tape:
    """Of the last conversations only, in memory: for whoever tries a bot on their own machine."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, list[Call]] = OrderedDict()
        self._means: OrderedDict[str, str] = OrderedDict()

    def calls(self, conversation: str) -> Sequence[Call]:
        """What the actions of a conversation (its uuid) came to, in order."""
        return tuple(self._calls.get(conversation, ()))

    @property
    def means(self) -> Mapping[str, str]:
        """The meanings that texts were found to have."""
        return dict(self._means)

    def called(self, key: str, call: Call) -> None:
        """A call by its key, which begins with the conversation's uuid."""
        conversation = key.partition(":")[0]
        calls = self._calls.setdefault(conversation, [])
        calls.append(call)
        del calls[:-MOST_CALLS]
        self._calls.move_to_end(conversation)
        while len(self._calls) > MOST_CONVERSATIONS:
            self._calls.popitem(last=False)

    def meant(self, text: str, key: str) -> None:
        self._means[text] = key
        while len(self._means) > MOST_TEXTS:
            self._means.popitem(last=False)


class TapedPerformer(Performer):
    """A performer that a tape listens to. Secrets are not filled in yet where it listens."""

    def __init__(
        self,
        actions: Actions,
        understanding: Understanding,
        meter: Meter,
        secrets: Secrets,
        tape: Tape,
    ) -> None:
        super().__init__(actions, understanding, meter, secrets)
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


def _call(wanted: Run | Intent, returned: Returned) -> Call:
    return Call(
        action=wanted.action,
        arguments=wanted.arguments,
        value=returned.value,
        failed=returned.failed,
    )
