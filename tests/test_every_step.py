"""Both example bots, walked to every place they lead to: cancel and back work from each."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from flows.model import Ask
from flows.rehearsal import Rehearsal
from flows.turn import Sent
from tests.test_example_bots import chatting

ANSWERS = [
    "1",
    "2",
    "да",
    "нет",
    "12344",
    "12345",
    "12340",
    "послезавтра",
    "Аня",
    "8 999 123-45-67",
]
ANSWERS += ["/start", "вернуть товар", "где мой заказ", "оператор", "записаться", "мои записи", "5"]
ANSWERS += ["отменить запись", "перенести запись", "сколько стоит доставка", "14:00", "Пропустить"]
MOST_PLACES = 300


def place_in(chat: Rehearsal) -> tuple[object, ...]:
    """Where a chat stands: the operation of every frame, who has it, how much is to come later."""
    frames = chat.position.get("stack", ())
    later = sum(name.startswith("later:") for name in chat.timers)
    return chat.owner, later, *((one["flow"], one["at"]) for one in frames)


def forked(chat: Rehearsal) -> Rehearsal:
    other = Rehearsal(bot=chat.bot, actions=chat.actions, now=chat.now, means=chat.means)
    # As a process that has just started reads it from the database.
    other.position = json.loads(json.dumps(chat.position))
    other.user, other.chat, other.owner = chat.user, chat.chat, chat.owner
    other.timers, other.offered = dict(chat.timers), chat.offered
    return other


def ahead(chat: Rehearsal) -> Iterator[Rehearsal]:
    """Every chat that this one may become by one press, one word, or some time."""
    for press in chat.offered:
        other = forked(chat)
        other.press_payload(press.payload)
        yield other
    for text in ANSWERS:
        other = forked(chat)
        other.hear(text)
        yield other
    other = forked(chat)
    other.hear(attached=[Sent(kind="photo", ref="a")])
    other.settle()
    yield other
    for due in sorted({timer.due for timer in chat.timers.values()}):
        other = forked(chat)
        other.wait(max(due - chat.now, timedelta()))
        yield other
    if chat.owner == "queue":
        other = forked(chat)
        other.person_comes()
        other.give_back()
        yield other


def every_place(name: str) -> list[Rehearsal]:
    """A chat at every place of a bot that can be come to, each found by the shortest way."""
    chat = chatting(name)
    found = {place_in(chat): chat}
    waiting = [chat]
    while waiting and len(found) < MOST_PLACES:
        for other in ahead(waiting.pop(0)):
            if place_in(other) not in found:
                found[place_in(other)] = other
                waiting.append(other)
    return list(found.values())


@pytest.mark.parametrize("name", ["shop", "salon"])
def test_cancel_and_back_work_from_every_step(name: str) -> None:
    chats = every_place(name)
    bot = chats[0].bot
    stood = {(one["flow"], one.get("step")) for c in chats for one in c.position.get("stack", ())}
    for flow in bot.flows.values():
        asking = {one.question.signature.step for one in flow.code if isinstance(one, Ask)}
        assert {(flow.name, step) for step in asking} <= stood
    for chat in chats:
        for word in ("/cancel", "/back", "отмена", "назад"):
            other = forked(chat)
            before = len(other.said)
            other.hear(word)
            stack = other.position.get("stack", ())
            assert not stack or "wait" in stack[-1]
            assert not other.happenings("error")
            heard = other.owner == "operator" or len(other.said) > before
            assert heard or other.owner == "queue" or not chat.position.get("stack")
