"""Whatever an endpoint takes, refuses or does not answer: nothing is passed over, and order is kept."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bots.model.webhook import Telling
from bots.services.webhook_window import REFUSALS, WIDTH, Slot, Window

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)


class Endpoint(RuleBasedStateMachine):
    """A window, and calls that come to their ends in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.window = Window(0)
        self.running: list[Slot] = []
        self.unfinished: dict[int, Slot] = {}
        self.overtaken: set[int] = set()
        self.taken_at: datetime | None = None
        self.newest = 0

    @rule(chats=st.lists(st.integers(1, 3), min_size=1, max_size=20))
    def read(self, chats: list[int]) -> None:
        if len(self.window) >= WIDTH:
            return
        told = []
        for chat in chats:
            self.newest += 1
            told.append(
                Telling(
                    id=str(self.newest),
                    name="message.received",
                    cursor=self.newest,
                    conversation=chat,
                    at=NOON,
                )
            )
        self.window.take(told, self.newest)
        known = {id(slot) for slot in self.unfinished.values()}
        for slot in self.window._slots:
            if not slot.done and id(slot) not in known:
                self.unfinished[slot.telling.cursor] = slot

    @rule(probing=st.booleans())
    def begin(self, probing: bool) -> None:
        slot = self.window.next(self.now, probing=probing)
        if slot is None:
            return
        assert not slot.running
        assert not slot.done
        assert slot.due is None or slot.due <= self.now
        slot.running = True
        self.running.append(slot)
        before = [
            one
            for cursor, one in self.unfinished.items()
            if cursor < slot.telling.cursor
            and one.telling.conversation == slot.telling.conversation
        ]
        # Only what was refused too often is passed by others of its chat.
        assert all(one.refused >= REFUSALS and not one.running for one in before)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), answer=st.sampled_from(["taken", "taken", "refused", "silent"]))
    def end(self, data: st.DataObject, answer: str) -> None:
        slot = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        slot.running = False
        if answer == "taken":
            self.window.finish(slot)
            del self.unfinished[slot.telling.cursor]
            self.taken_at = self.now
        else:
            self.window.failed(slot, self.now, answer, refused=answer == "refused")

    @rule(seconds=st.sampled_from([0.5, 5, 60, 3600]))
    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def recover(self) -> None:
        self.window.recovered()

    @rule()
    def set_aside(self) -> None:
        for slot in self.window.hopeless(self.now, self.taken_at):
            assert slot.tries
            assert not slot.running
            self.window.finish(slot)
            del self.unfinished[slot.telling.cursor]

    @rule()
    def stop(self) -> None:
        self.window.stopped()
        self.running.clear()

    @invariant()
    def nothing_is_passed_over(self) -> None:
        assert all(cursor > self.window.settled for cursor in self.unfinished)
        if not self.unfinished:
            assert self.window.settled == self.newest

    @invariant()
    def it_never_stands_still(self) -> None:
        """Where anything is left, something runs, may go, or is due some day."""
        assert not self.unfinished or self.running or list(self.window.waiting())


TestEndpoint = Endpoint.TestCase
TestEndpoint.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
