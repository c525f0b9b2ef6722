"""Remembers what actions gave and texts meant, so that a conversation can be made a test of."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from bots.errors import ActionFailed
from bots.ports import Actions, Understanding
from flows.recording import Call

MOST_CONVERSATIONS = 100
MOST_CALLS = 300
MOST_TEXTS = 2_000


class Tape:
    """Of the last conversations only, in memory: for whoever tries a bot on their own machine."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, list[Call]] = OrderedDict()
        self._means: OrderedDict[str, str] = OrderedDict()

    def actions(self, actions: Actions) -> Actions:
        """The same actions, listened to."""
        return _TapedActions(actions, self)

    def understanding(self, understanding: Understanding) -> Understanding:
        """The same understanding, listened to."""
        return _TapedUnderstanding(understanding, self)

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


class _TapedActions:
    def __init__(self, actions: Actions, tape: Tape) -> None:
        self._actions = actions
        self._tape = tape

    def quick(self, action: str) -> bool:
        return self._actions.quick(action)

    async def run(
        self, action: str, arguments: Mapping[str, Any], *, bot: str, workspace: int, key: str
    ) -> Any:
        try:
            value = await self._actions.run(
                action, arguments, bot=bot, workspace=workspace, key=key
            )
        except ActionFailed as failure:
            failed = Call(action=action, arguments=arguments, failed=str(failure))
            self._tape.called(key, failed)
            raise
        self._tape.called(key, Call(action=action, arguments=arguments, value=value))
        return value


class _TapedUnderstanding:
    def __init__(self, understanding: Understanding, tape: Tape) -> None:
        self._understanding = understanding
        self._tape = tape

    async def choose(
        self, text: str, candidates: Mapping[str, str], *, question: str | None, language: str
    ) -> tuple[str, float] | None:
        chosen = await self._understanding.choose(
            text, candidates, question=question, language=language
        )
        if chosen is not None:
            self._tape.meant(text, chosen[0])
        return chosen
