"""Take messages in: once each, safe on disk, answered in order within a conversation."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Container, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog

from bots.albums import Album, Albums, mark_of
from bots.errands import Errands
from bots.errors import Consumed, LeaseLost, NotFound, TakenBefore, Unavailable
from bots.lanes import Lanes
from bots.model import handoff
from bots.model.answer import Answer
from bots.model.conversation import Conversation, Opening
from bots.model.desk import Relay
from bots.model.episode import Asked
from bots.model.handoff import Moved
from bots.model.ids import made_at
from bots.model.message import Address, Reply, UnifiedMessage
from bots.model.neighbour import Stirred
from bots.model.receipt import Receipt
from bots.model.slots import ALONE, Slots, slot_of, slot_of_message
from bots.model.turn import Arrival, Intent, MessageRecord, Timer
from bots.others import NOBODY
from bots.ports import Clock, Journal, Meter, Neighbourhood, Others, Sleep, Timers
from bots.responder import Move, Responder, Turn
from bots.retry import wait_before
from bots.unanswered import Ticket, Unanswered
from bots.watches import Watch
from flows.turn import GivenBack, Returned, TakenOver

log = structlog.get_logger()

Result = TypeVar("Result")

AT_ONCE = 1000
"""Messages taken at a time from what other processes left."""

MOST_BEGUN = 10_000
"""Actions remembered as begun here; the eldest of them are long over."""

ASKED = "asked"
"""In a message's metadata: what its turn needs whichever process makes it, and how long to wait."""

ELSEWHERE_PAUSE = 0.02
ELSEWHERE_PATIENCE = 2.0
"""Seconds between two looks for an answer of another process, and how much later it may come."""

OUTAGE_PAUSE = 1.0
"""Seconds between tries of a turn while the disk takes nothing."""


class Inbox:
    """The only way into a conversation: everything that happens to one runs in its lane.

    `desk` gets what happens in operators' groups; the same may come twice after a crash. `undelivered`
    is called when a messenger told that something of ours did not arrive.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        timers: Timers,
        responder: Responder,
        errands: Errands,
        lanes: Lanes,
        wake: Callable[[datetime], None],
        meter: Meter,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        slots: Slots = ALONE,
        others: Others = NOBODY,
    ) -> None:
        self._slots = slots
        self._others = others
        self._journal = journal
        self._timers = timers
        self._responder = responder
        self._errands = errands
        self._lanes = lanes
        self._wake = wake
        self._meter = meter
        self._clock = clock
        self._sleep = sleep
        self._watches: dict[Address, list[Watch]] = {}
        self._albums = Albums(clock, sleep)
        self.desk: Callable[[UnifiedMessage], Awaitable[None]] | None = None
        self.undelivered: Callable[[], None] = lambda: None
        self._unanswered = Unanswered(clock)
        self._resting: set[int] = set()
        self._to_look = self._looking = False
        self._begun: dict[str, int] = {}
        self.neighbourhood: Neighbourhood | None = None
        self._waiting: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ what comes in

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        """Keep messages; returns once they are on disk. Raises Unavailable if they cannot be."""
        for arrival in await self._noted(messages):
            self._queue_new(arrival)

    async def note(self, receipts: Sequence[Receipt]) -> None:
        """Keep what a messenger tells of messages of ours; raises Unavailable if it cannot be kept."""
        # That it was sent we know ourselves.
        news = [one for one in receipts if one.status != "sent"]
        if not news:
            return
        for address in await self._journal.note(news):
            self.unreachable(address)
        for receipt in news:
            if receipt.status == "failed":
                log.warning(
                    "A message failed",
                    channel=receipt.channel,
                    code=receipt.code,
                    error=receipt.error,
                )
                self.undelivered()

    async def take(self, message: UnifiedMessage) -> bool:
        """`accept` for one; False where it had come before."""
        arrivals = await self._noted([message])
        for arrival in arrivals:
            self._queue_new(arrival)
        return bool(arrivals)

    async def ask(
        self,
        message: UnifiedMessage,
        *,
        context: Mapping[str, Any] | None = None,
        patience: float = 25.0,
    ) -> Answer:
        """Take one message and wait until the bot is done with it, `patience` seconds at most.

        Raises TakenBefore where the message had come before, or goes to another process meanwhile.
        """
        if context or not self._is_ours(message):
            asked = {"context": context, "patience": patience}
            message = replace(message, metadata={**message.metadata, ASKED: asked})
        arrivals = await self._noted([message])
        if not arrivals:
            raise TakenBefore("This message was taken before")
        if not self._is_ours(message):
            self._queue(arrivals[0])
            return await self._answered_elsewhere(arrivals[0].seq, patience)
        return await self._watched(arrivals[0], patience)

    async def _watched(self, arrival: Arrival, patience: float) -> Answer:
        """Queue a message and wait for what comes of it."""
        watch = self._watch(arrival)
        self._queue_new(arrival)
        return await self._over(watch, arrival.message, patience)

    def _watch(self, arrival: Arrival) -> Watch:
        watch = Watch(arrival=arrival.seq)
        self._watches.setdefault(arrival.message.address, []).append(watch)
        return watch

    async def _over(self, watch: Watch, message: UnifiedMessage, patience: float) -> Answer:
        """Wait for what comes of a message that is queued."""
        try:
            if not self._is_ours(message):
                raise TakenBefore("Another process answers it")
            settled = await watch.over(patience)
        finally:
            watches = self._watches[message.address]
            watches.remove(watch)
            if not watches:
                del self._watches[message.address]
        if watch.failure is not None:
            raise watch.failure
        if watch.conversation is None:
            opening = Opening(platform=message.platform, user_id=message.user_id)
            watch.conversation = await self._journal.claim(message.address, opening)
        return Answer(
            conversation=watch.conversation,
            said=watch.said,
            understood=watch.understood,
            suggested=watch.offered,
            settled=settled,
        )

    async def _answered_elsewhere(self, seq: int, patience: float) -> Answer:
        """What came of a message of a chat that another process works for.

        Raises Unavailable where it failed, TakenBefore where nobody tells.
        """
        assert self.neighbourhood is not None
        ending = self._clock() + timedelta(seconds=patience + ELSEWHERE_PATIENCE)
        while self._clock() < ending:
            answer = await self.neighbourhood.answer(seq)
            if isinstance(answer, Answer):
                return answer
            if answer is not None:
                raise Unavailable(f"The message is kept, but its answer failed: {answer}")
            await self._sleep(ELSEWHERE_PAUSE)
        raise TakenBefore("No process has told an answer")

    async def _tell_asker(self, watch: Watch, arrival: Arrival, patience: float) -> None:
        """Another process waits for the answer."""
        assert self.neighbourhood is not None
        answer: Answer | str
        try:
            answer = await self._over(watch, arrival.message, patience)
        except TakenBefore:
            # Whoever answers it tells.
            return
        except Exception as failure:  # noqa: BLE001 - it is told to whoever waits
            answer = repr(failure)
        seq, neighbourhood = arrival.seq, self.neighbourhood
        await self._patiently(lambda: neighbourhood.put_answer(seq, answer, self._clock()))

    async def say(
        self, address: Address, reply: Reply, *, opening: Opening | None = None
    ) -> MessageRecord:
        """Send a message that no flow said. Raises NotFound for an unknown chat and no opening."""
        turn = await self._in_lane(address, partial(self._responder.say, address, reply, opening))
        return turn.said[-1]

    async def take_over(
        self, address: Address, asked: Asked, *, by: Sequence[Relay] = ()
    ) -> Conversation:
        """Ask for a person: the bot falls silent. Asking twice changes nothing.

        Raises NotFound, Consumed where it was asked `by` this before.
        """

        def move(chat: Conversation, now: datetime) -> Moved:
            if chat.owner != "bot":
                return Moved(chat=chat, relays=by)
            what = TakenOver(reason=asked.reason, queue=asked.queue)
            return Moved(chat=chat, tell=what, asked=asked, relays=by)

        return (await self.move(address, move)).conversation

    async def give_back(self, address: Address, what: GivenBack) -> Conversation:
        """The bot goes on. Raises NotFound."""

        def move(chat: Conversation, now: datetime) -> Moved:
            if chat.owner == "bot":
                return Moved(chat=chat)
            chat, event = handoff.released(chat, what.outcome, now=now)
            return Moved(chat=chat, events=(event,), tell=what)

        return (await self.move(address, move)).conversation

    async def move(self, address: Address, move: Move, opening: Opening | None = None) -> Turn:
        """Something happens to a chat's hand-off. Raises NotFound, and what `move` raises."""
        return await self._in_lane(address, partial(self._responder.move, address, move, opening))

    async def update(self, address: Address) -> None:
        """Let a chat leave older versions of its bot at once. Raises NotFound."""
        await self._in_lane(
            address, partial(self._patiently, partial(self._responder.update, address))
        )

    async def write_context(
        self, address: Address, context: Mapping[str, Any], *, opening: Opening | None = None
    ) -> Conversation:
        """Merge fields into what flows read as `chat.*`."""

        def change(conversation: Conversation) -> Conversation:
            return replace(conversation, context={**conversation.context, **context})

        turn = await self._in_lane(
            address, partial(self._responder.change, address, change, opening)
        )
        return turn.conversation

    def unreachable(self, address: Address) -> None:
        """The messenger says that this customer cannot be written to any more."""

        def change(conversation: Conversation) -> Conversation:
            return replace(conversation, unreachable=True)

        async def job() -> None:
            await self._patiently(partial(self._responder.change, address, change))

        self._lanes.submit(address, job)

    def fire(self, timer: Timer, done: Callable[[bool], None]) -> None:
        """A timer is due; `done` is called when its turn is over: did it go well?"""

        async def job() -> None:
            well = False
            try:
                turn = await self._patiently(partial(self._responder.fire, timer))
                self._after(turn, timer.address)
                self._meter.fired((self._clock() - timer.due).total_seconds())
                well = True
            except (Consumed, LeaseLost):
                # It was dropped or moved by a turn before this one, or fired by another process.
                well = True
            except NotFound as missing:
                log.warning("A timer waits for what is not there", missing=str(missing))
            finally:
                done(well)

        self._lanes.submit(timer.address, job)

    # ------------------------------------------------------------ life

    async def start(self) -> None:
        """Go on with what was accepted and not answered, and with actions under way, before us."""
        await self._catch_up()
        await self._begin_actions()

    @property
    def known(self) -> Collection[int]:
        """The numbers of messages that are not to be looked for."""
        return {*self._unanswered.numbers, *self._resting}

    async def look(self) -> None:
        """Take messages that other processes left for chats of ours."""
        drops = -1
        while drops != self._unanswered.drops:
            # What a lane dropped meanwhile was not looked for, and goes before what was found.
            drops = self._unanswered.drops
            came = await self._journal.came(self.known, self._clock(), limit=AT_ONCE)
        for arrival in came:
            self._take_left(arrival)

    async def look_for_actions(self) -> None:
        """Begin what turns of other processes want done."""
        await self._begin_actions()

    async def let_go(self, slots: Collection[int], patience: float) -> None:
        """Other processes work for these from now on: let the turns under way end."""
        await self._lanes.quiet(lambda address: slot_of(address) in slots, patience)
        gone = {key for key, slot in self._begun.items() if slot in slots}
        self._errands.drop(gone)
        for key in gone:
            del self._begun[key]
        self._journal.forget(lambda address: slot_of(address) in slots)

    async def _begin_actions(self) -> None:
        for intent in await self._timers.intents(self._clock() + timedelta(days=1)):
            self._begin(intent)

    def _begin(self, intent: Intent) -> None:
        """Carry an action out, once while its chat is ours: its row stays until its result is taken."""
        if not self._slots.alone:
            if not self._slots.has(intent.address):
                self._others.stir(slot_of(intent.address), "actions")
                return
            if intent.key in self._begun:
                return
            self._begun[intent.key] = slot_of(intent.address)
            while len(self._begun) > MOST_BEGUN:
                del self._begun[next(iter(self._begun))]
        self._errands.begin(intent, self._take_result)

    async def close(self, patience: float) -> None:
        """Finish the turns under way; what waits behind them is on disk."""
        await self._lanes.close(patience)
        await self._errands.close()
        waiting = list(self._waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    @property
    def waiting(self) -> int:
        """How many messages wait for their turns, those under way among them."""
        return len(self._unanswered)

    @property
    def oldest(self) -> datetime | None:
        """Since when the message that waits longest has been waiting for its turn."""
        return self._unanswered.oldest

    # ------------------------------------------------------------ inside

    async def _noted(self, messages: Sequence[UnifiedMessage]) -> list[Arrival]:
        """What is new among the messages, now on disk."""
        try:
            arrivals = await self._journal.accept(messages)
        except asyncio.CancelledError:
            # On disk all the same, perhaps, and whoever brought them will not queue them.
            self._beside(self._catch_up_with(messages))
            raise
        self._meter.accepted(len(arrivals), len(messages) - len(arrivals))
        return arrivals

    async def _catch_up_with(self, messages: Sequence[UnifiedMessage]) -> None:
        await self._patiently(partial(self._journal.accept, messages))
        if self._slots.alone:
            await self._catch_up({message.message_id for message in messages})
        else:
            await self._patiently(self.look)

    async def _catch_up(self, wanted: Container[str] | None = None) -> None:
        """Queue what is on disk and not queued: all of it, or what has one of these ids."""
        for arrival in await self._journal.backlog():
            known = arrival.seq in self._unanswered or arrival.seq in self._resting
            if not known and (wanted is None or arrival.message.message_id in wanted):
                self._take_left(arrival)

    def _take_left(self, arrival: Arrival) -> None:
        """Queue what stands on disk; perhaps another process waits for its answer."""
        asked = arrival.message.metadata.get(ASKED)
        if self.neighbourhood is None or not self._is_ours(arrival.message):
            asked = None
        if asked is not None and self._watch_of(arrival) is None:
            # It is queued at once, lest what came behind it goes before it.
            watch = self._watch(arrival)
            self._beside(self._tell_asker(watch, arrival, asked["patience"]))
        self._queue(arrival)

    def _queue_new(self, arrival: Arrival) -> None:
        """Queue what was just noted, behind what other processes noted of its chat before."""
        if self._slots.alone or not self._is_ours(arrival.message):
            self._queue(arrival)
            return
        # Another process may have noted the message before this one, of which nobody told us yet.
        self._to_look = True
        if not self._looking:
            self._looking = True
            self._beside(self._look_for_new())

    async def _look_for_new(self) -> None:
        """Once for all that is noted meanwhile."""
        try:
            while self._to_look:
                self._to_look = False
                await self._patiently(self.look)
        finally:
            self._looking = False

    def _queue(self, arrival: Arrival) -> None:
        slot = 0 if self._slots.alone else slot_of_message(arrival.message)
        if not self._slots.has_slot(slot):
            self._others.stir(slot, "messages")
            return
        if arrival.seq in self._unanswered:
            return
        ticket = self._unanswered.add(arrival)
        address = arrival.message.address
        if not mark_of(arrival.message):
            self._lanes.submit(address, partial(self._answer_queued, arrival, ticket))
        elif (album := self._albums.join(arrival)) is not None:
            self._lanes.submit(address, partial(self._answer_album, album, ticket))

    def _waited(self, arrival: Arrival) -> float | None:
        """Seconds since it was taken in: by another process, perhaps, whose clock its id tells."""
        if not self._slots.alone and (made := made_at(arrival.message.message_id)) is not None:
            return max(self._clock().timestamp() - made, 0.0)
        since = self._unanswered.since(arrival.seq)
        return None if since is None else (self._clock() - since).total_seconds()

    async def _answer_album(self, album: Album, ticket: Ticket) -> None:
        if self._unanswered.holds(album.parts[0], ticket):
            await self._answer(await self._albums.gathered(album))

    async def _answer_queued(self, arrival: Arrival, ticket: Ticket) -> None:
        if self._unanswered.holds(arrival, ticket):
            await self._answer(arrival)

    async def _answer(self, arrival: Arrival) -> None:
        address = arrival.message.address
        mine = self._watch_of(arrival)
        if not self._is_ours(arrival.message):
            self._drop(address)
            return
        if arrival.message.happening == "desk":
            await self._bring_to_desk(arrival)
            return
        waited = self._waited(arrival)
        if waited is not None:
            self._meter.waited(address.bot, waited)
        try:
            answer = partial(self._responder.answer, *_unasked(arrival), waited=waited)
            turn = await self._patiently(answer)
        except Consumed:
            # It was answered by a process that died before it could say so.
            self._unanswered.forget(arrival)
            _send_on(mine)
            return
        except LeaseLost:
            self._drop(address)
            return
        except Exception as failure:  # noqa: BLE001 - a poisonous message must not stop its chat
            if mine is not None:
                mine.failure = failure
                mine.settled.set()
            await self._try_again(arrival, failure)
            return
        self._unanswered.forget(arrival)
        self._after(turn, address, arrival.seq)

    async def _bring_to_desk(self, arrival: Arrival) -> None:
        """What happens in an operators' group is no turn, and no less safe: again until it is done."""
        try:
            if self.desk is not None:
                await self._patiently(partial(self.desk, arrival.message))
            await self._patiently(partial(self._journal.dealt_with, arrival.numbers))
        except LeaseLost:
            self._drop(arrival.message.address)
            return
        except Exception as failure:  # noqa: BLE001 - a poisonous update must not stop its group
            await self._try_again(arrival, failure)
            return
        self._unanswered.forget(arrival)

    def _after(self, turn: Turn, address: Address, arrival: int | None = None) -> None:
        if not self._slots.alone:
            with_people = turn.conversation.episode is not None
            self._others.committed(Stirred(address, with_people))
        if turn.next_timer is not None:
            if self._slots.has(address):
                self._wake(turn.next_timer)
            else:
                self._others.stir(slot_of(address), "timers")
        if turn.typing_until is not None:
            self._errands.type_until(address, turn.typing_until)
        for intent in turn.intents:
            self._begin(intent)
        if turn.dropped:
            self._errands.drop(turn.dropped)
        for watch in self._watches.get(address, ()):
            watch.hears(turn, arrival)

    async def _try_again(self, arrival: Arrival, failure: Exception) -> None:
        self._meter.failed("turn")
        arrival = replace(arrival, attempts=arrival.attempts + 1)
        wait = wait_before(arrival.attempts)
        address = arrival.message.address
        log.error(
            "A turn failed",
            bot=address.bot,
            channel=address.channel,
            inbox=arrival.seq,
            tries=arrival.attempts,
            next_in=wait.total_seconds() if wait else None,
            exc_info=failure,
        )
        self._unanswered.forget(arrival)
        if wait is not None:
            self._resting.update(arrival.numbers)
        # Its bot may be one that another process has just made.
        final = isinstance(failure, NotFound) and self._slots.alone
        until = None if wait is None or final else self._clock() + wait
        error = repr(failure)
        if until is None:
            self._meter.failed("parked")
        for number in arrival.numbers:
            await self._patiently(partial(self._journal.postpone, number, until=until, error=error))
        if wait is not None and until is not None:
            self._after_a_while(wait, partial(self._queue_again, arrival))

    def _queue_again(self, arrival: Arrival) -> None:
        """An album stays as it was gathered: its actions are called again by the same keys."""
        self._resting.difference_update(arrival.numbers)
        if not self._is_ours(arrival.message):
            return
        ticket = self._unanswered.add(arrival)
        job = partial(self._answer_queued, arrival, ticket)
        self._lanes.submit(arrival.message.address, job)

    def _is_ours(self, message: UnifiedMessage) -> bool:
        return self._slots.alone or self._slots.has_slot(slot_of_message(message))

    def _watch_of(self, arrival: Arrival) -> Watch | None:
        """Whoever waits here for its answer."""
        watches = self._watches.get(arrival.message.address, ())
        waiting = (one for one in watches if not one.settled.is_set())
        return next((one for one in waiting if one.arrival == arrival.seq), None)

    def _drop(self, address: Address) -> None:
        """A chat is not ours: whoever has it next, and be it us, reads from disk what waited, in order."""
        dropped = set(self._unanswered.drop(address))
        self._albums.drop(address)
        for watch in self._watches.get(address, ()):
            if watch.arrival in dropped:
                _send_on(watch)

    async def _in_lane(
        self, address: Address, turn: Callable[[], Coroutine[Any, Any, Turn]]
    ) -> Turn:
        """Run a turn in the lane and wait for it; what it raises is raised here."""
        done: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()

        async def job() -> None:
            try:
                made = await turn()
            except Exception as failure:  # noqa: BLE001 - it is raised where it is awaited
                if not done.done():
                    done.set_exception(failure)
                return
            self._after(made, address)
            if not done.done():
                done.set_result(made)

        if not self._lanes.submit(address, job):
            raise Unavailable("We are stopping")
        return await done

    async def _resume(self, intent: Intent, returned: Returned, tries: int = 1) -> None:
        try:
            turn = await self._patiently(partial(self._responder.resume, intent, returned))
        except LeaseLost:
            return
        except Exception as failure:
            self._meter.failed("turn")
            # Without its bot it stays on disk, for the day the bot comes back.
            wait = None if isinstance(failure, NotFound) else wait_before(tries)
            log.exception(
                "The result of an action could not be taken",
                bot=intent.address.bot,
                action=intent.action,
                next_in=wait.total_seconds() if wait else None,
            )
            if wait is not None:
                again = partial(self._resume, intent, returned, tries + 1)
                self._after_a_while(wait, partial(self._lanes.submit, intent.address, again))
            return
        self._after(turn, intent.address)

    def _take_result(self, intent: Intent, returned: Returned) -> None:
        self._lanes.submit(intent.address, partial(self._resume, intent, returned))

    # ------------------------------------------------------------ waiting

    async def _patiently(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """In the lane: while the disk takes nothing the conversation stands, so that order stays."""
        while True:
            try:
                return await work()
            except Unavailable:
                await self._sleep(OUTAGE_PAUSE)

    def _after_a_while(self, wait: timedelta, work: Callable[[], object]) -> None:
        async def later() -> None:
            await self._sleep(wait.total_seconds())
            work()

        self._beside(later())

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)


def _unasked(arrival: Arrival) -> tuple[Arrival, Mapping[str, Any] | None]:
    """A message as its history shows it, and the context it was asked with."""
    message = arrival.message
    asked = message.metadata.get(ASKED)
    if asked is None:
        return arrival, None
    metadata = {name: value for name, value in message.metadata.items() if name != ASKED}
    return replace(arrival, message=replace(message, metadata=metadata)), asked.get("context")


def _send_on(watch: Watch | None) -> None:
    """Whoever waits here finds on disk what came of it."""
    if watch is not None:
        watch.failure = TakenBefore("Another process answers it, or has")
        watch.settled.set()
