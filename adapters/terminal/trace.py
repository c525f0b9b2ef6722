"""`trace`: what a chat went through, in time order: who said what, why it was taken so, what was done."""

import json
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TextIO

from adapters.terminal.colours import harmless, paint
from adapters.terminal.handoffs_told import HandoffTeller
from bots.model.conversation import Conversation
from bots.model.desk import Note
from bots.model.operator import Operator
from bots.model.turn import Event, MessageRecord
from bots.ports import Traces
from flows.inside import reason
from flows.script_nodes import Told

NEWEST = 20
EVENTS_FOR_A_MESSAGE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a chat: its last messages, what happened since the first of them, what is to come.

    `notes` are what operators told one another, `people` their names by their ids.
    """

    messages: Sequence[MessageRecord]
    events: Sequence[Event]
    timers: Sequence[tuple[datetime, Mapping[str, Any]]] = ()
    under_way: Sequence[tuple[datetime, str]] = ()
    notes: Sequence[Note] = ()
    people: Mapping[int, str] = field(default_factory=dict)


class Line(NamedTuple):
    """One line: when (None beneath the one before), in which colour, what."""

    when: datetime | None
    colour: str
    text: str


async def tell(
    given: Namespace,
    traces: Traces,
    messages: Any,
    *,
    workspace: int,
    notes: Callable[[int], Awaitable[Sequence[Note]]],
    people: Sequence[Operator],
    language: str,
    out: TextIO,
) -> int:
    """What a chat went through, or which chats there are; 1 where there is none.

    `messages` are `bots.ports.Conversations`.
    """
    teller = Teller(language)
    if given.chat is None:
        show(list(teller.listed(await traces.newest(workspace, limit=NEWEST))), out)
        return 0
    found = await traces.find(workspace, given.chat, limit=NEWEST)
    if not found:
        print(teller.nobody(given.chat), file=out)
        return 1
    if len(found) > 1:
        show(list(teller.listed(found)), out)
        return 0
    (conversation,) = found
    told = await notes(conversation.id)
    past = await past_of(traces, conversation, messages, given.last, notes=told, people=people)
    show(list(teller.told(conversation, past)), out)
    return 0


async def past_of(
    traces: Traces,
    conversation: Conversation,
    messages: Any,
    last: int,
    *,
    notes: Sequence[Note] = (),
    people: Sequence[Operator] = (),
) -> Past:
    """The last messages of a chat (`messages` are `bots.ports.Conversations`) and all around them."""
    told = await messages.tail(conversation.address, limit=last)
    events = await traces.happened(conversation.id, limit=last * EVENTS_FOR_A_MESSAGE)
    since = told[0].created_at if len(told) == last else None
    return Past(
        messages=told,
        events=[one for one in events if since is None or one.created_at >= since],
        timers=await traces.timers(conversation.id),
        under_way=await traces.under_way(conversation.id),
        notes=[one for one in notes if since is None or one.created_at >= since],
        people={one.id: one.name for one in people},
    )


def show(lines: Sequence[Line], out: TextIO) -> None:
    """In the time of whoever reads; a day is named once."""
    day = ""
    for line in lines:
        when = line.when.astimezone() if line.when is not None else None
        if when is not None and day != f"{when:%Y-%m-%d}":
            day = f"{when:%Y-%m-%d}"
            print(paint("dim", f"── {day}", out), file=out)
        begins = f"{when:%H:%M:%S}" if when is not None else " " * 8
        for number, part in enumerate(line.text.splitlines() or [""]):
            margin = begins if number == 0 else " " * 8
            print(f"{margin}  {paint(line.colour, harmless(part), out)}", file=out)


class Teller:
    """Puts the past of a chat into words."""

    def __init__(self, language: str) -> None:
        self._language = "en" if language == "en" else "ru"

    def _said(self, ru: str, en: str) -> str:
        return Told(ru, en).by(self._language)

    def nobody(self, words: str) -> str:
        return self._said(
            f"Нет чата «{words}». Без слов `trace` покажет последние.",
            f"There is no chat “{words}”. Without words, `trace` shows the newest.",
        )

    def listed(self, conversations: Sequence[Conversation]) -> Iterator[Line]:
        """Chats to choose from, by the words that `trace` takes."""
        for one in conversations:
            name = f"{one.platform}:{one.address.chat_id}"
            owner = "" if one.owner == "bot" else f"  {self._owner(one.owner)}"
            text = f"{name}  {one.address.bot}  {one.step or '—'}{owner}"
            yield Line(one.updated_at, "", text)

    def told(self, conversation: Conversation, past: Past) -> Iterator[Line]:
        """Everything, in time order, and where the chat stands now."""
        address = conversation.address
        head = f"{address.bot}  {conversation.platform}:{address.chat_id}"
        yield Line(None, "bold", f"{head}  session_{conversation.uuid}")
        yield from self._story(past)
        yield from self._now(conversation, past)

    # ------------------------------------------------------------ what was

    def _story(self, past: Past) -> Iterator[Line]:
        """Of one moment: what the customer did, what came of it, what the bot said."""
        handoffs = HandoffTeller(self._language, past.people)
        items: list[tuple[datetime, int, int, MessageRecord | Event | Note]] = []
        for number, message in enumerate(past.messages):
            heard = message.direction == "inbound"
            at = _taken_at(past.messages, number) if heard else message.created_at
            items.append((at, 0 if heard else 2, message.seq, message))
        items += [(one.created_at, 1, place, one) for place, one in enumerate(past.events)]
        items += [(one.created_at, 3, one.id, one) for one in past.notes]
        last: datetime | None = None
        for at, _, _, item in sorted(items, key=lambda one: one[:3]):
            if isinstance(item, Event):
                # What follows from a message stands beneath it.
                when = at if at != last else None
                told = handoffs.told(item) or self._event(item)
                yield Line(when, "red" if _is_bad(item) else "dim", told)
            elif isinstance(item, Note):
                who = handoffs.who(item.operator)
                text = f"{self._said('заметка, клиент не видит', 'note, hidden from the customer')}"
                yield Line(at, "yellow", f"{text} ({who}): {item.text}")
            else:
                yield from self._message(at, item)
            last = at

    def _message(self, at: datetime, message: MessageRecord) -> Iterator[Line]:
        who = _AUTHORS[message.author].by(self._language)
        files = "".join(f"({one.name or one.kind}) " for one in message.attachments)
        keyboard = message.keyboard
        buttons = [button.text for row in keyboard.rows for button in row] if keyboard else []
        labels = "".join(f" [{label}]" for label in buttons)
        colour = "cyan" if message.direction == "inbound" else ""
        yield Line(at, colour, f"{who}: {files}{message.words}{labels}")
        if message.direction != "inbound":
            return
        why = reason(message.rung, message.because, message.intent, self._language)
        sure = f" ({message.confidence:.2f})" if message.rung == "means" else ""
        close = message.because.get("close", "")
        unsure = f" {self._said('близко', 'close')}: {close}" if close else ""
        if why or unsure:
            yield Line(
                None, "yellow", f"{self._said('понял как', 'taken as')}: {why}{sure}{unsure}"
            )
        if message.was_at != message.now_at:
            nowhere = self._said("нигде", "nowhere")
            moved = f"{message.was_at or nowhere} → {message.now_at or nowhere}"
            yield Line(None, "dim", f"{self._said('шаг', 'step')}: {moved}")

    def _event(self, event: Event) -> str:
        data = dict(event.data)
        if event.name == "action":
            return self._action(data)
        known = _EVENTS.get(event.name)
        said = known.by(self._language) if known else event.name
        flow, step = data.pop("flow", None), data.pop("step", None)
        place = " / ".join(str(one) for one in (flow, step) if one)
        rest = {key: value for key, value in data.items() if value not in (None, "", {}, [])}
        for plain in ("kind", "drawn"):
            rest.pop(plain, None)
        more = ", ".join(f"{key}: {_short(value)}" for key, value in rest.items())
        return "  ".join(filter(None, (said, place, more)))

    def _action(self, data: Mapping[str, Any]) -> str:
        seconds = f"{data.get('seconds', 0):g} {self._said('с', 's')}"
        failed = data.get("failed")
        came = f"{self._said('не удалось', 'failed')}: {failed}" if failed else data.get("gave", "")
        action = self._said("действие", "action")
        return f"{action} {data.get('action')} {data.get('given', '')}  {seconds} → {came}"

    # ------------------------------------------------------------ what is

    def _now(self, conversation: Conversation, past: Past) -> Iterator[Line]:
        stack = conversation.position.get("stack", ())
        places = [f"{one['flow']} / {one.get('step') or '—'}" for one in stack if one["flow"]]
        stands = " › ".join(places) or self._said("ни в каком сценарии", "in no flow")
        text = f"{self._said('сейчас', 'now')}: {stands}; {self._owner(conversation.owner)}"
        yield Line(None, "bold", text)
        for at, action in past.under_way:
            yield Line(at, "dim", f"{self._said('выполняется', 'under way')}: {action}")
        for due, payload in past.timers:
            kind = str(payload.get("kind", ""))
            said = _TIMERS[kind].by(self._language) if kind in _TIMERS else kind
            flow = f" {payload['flow']}" if payload.get("flow") else ""
            yield Line(due, "dim", f"{self._said('сработает', 'to fire')}: {said}{flow}")

    def _owner(self, owner: str) -> str:
        return _OWNERS[owner].by(self._language) if owner in _OWNERS else owner


def _taken_at(messages: Sequence[MessageRecord], number: int) -> datetime:
    """When a message was dealt with: its platform's clock is not ours, the answer's is."""
    own = messages[number].created_at
    after = messages[number + 1] if number + 1 < len(messages) else None
    answered = after is not None and after.direction == "outbound" and after.author == "bot"
    if after is not None and answered and 0 <= (after.created_at - own).total_seconds() < 60:
        return after.created_at
    return own


def _is_bad(event: Event) -> bool:
    return event.name in _BAD or bool(event.data.get("failed"))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else text[:200] + "…"


_BAD = frozenset(
    {
        "error",
        "task_failed",
        "event_lost",
        "message.failed",
        "handoff.failed",
        "handoff.missed",
        "handoff.unseen",
    }
)
_AUTHORS: Mapping[str, Told] = {
    "customer": Told("клиент", "customer"),
    "bot": Told("бот", "bot"),
    "operator": Told("оператор", "operator"),
    "api": Told("программа", "program"),
}
_OWNERS: Mapping[str, Told] = {
    "bot": Told("отвечает бот", "the bot answers"),
    "queue": Told("ждёт человека", "waits for a person"),
    "operator": Told("отвечает человек", "a person answers"),
}
_TIMERS: Mapping[str, Told] = {
    "remind": Told("напоминание", "a reminder"),
    "timeout": Told("срок вопроса", "the question's timeout"),
    "collect": Told("конец ожидания сообщений", "the end of gathering messages"),
    "expires": Told("срок тишины", "the end of the silence"),
    "pause": Told("пауза", "a pause"),
    "wait": Told("ожидание", "a wait"),
    "later": Told("отложенный сценарий", "a flow for later"),
    **{
        f"handoff:{name}": told
        for name, told in {
            "unclaimed": Told("никто не взял чат", "nobody took the chat"),
            "first_response": Told("срок первого ответа", "the first response is due"),
            "update": Told("срок ответа", "the next response is due"),
            "resolve": Told("срок решения", "the resolution is due"),
            "operator_silent": Told("оператор молчит", "the operator is silent"),
            "customer_silent": Told("клиент молчит", "the customer is silent"),
            "nudge": Told("напоминание клиенту", "a reminder to the customer"),
            "snooze": Told("конец отсрочки", "the end of the rest"),
        }.items()
    },
    "unanswered": Told("никто не взял чат", "nobody took the chat"),
    "event": Told("событие", "an event"),
    "every": Told("расписание", "a timetable"),
    "person silent": Told("возврат чата боту", "the bot gets the chat again"),
}
_EVENTS: Mapping[str, Told] = {
    "asked": Told("спросил", "asked"),
    "answered": Told("ответ принят", "answered"),
    "misfit": Told("ответ не подошёл", "the answer did not fit"),
    "silent": Told("ответа не дождался", "no answer came"),
    "left": Told("вопрос остался без ответа", "the question was left"),
    "task_started": Told("начал задачу", "began a task"),
    "task_done": Told("закончил задачу", "finished a task"),
    "task_cancelled": Told("задача отменена", "a task was cancelled"),
    "task_expired": Told("задача закрыта по сроку", "a task expired"),
    "task_failed": Told("задача прервана ошибкой", "a task failed"),
    "task_dropped": Told("задача вытеснена", "a task was dropped"),
    "goal": Told("цель достигнута", "a goal was reached"),
    "split": Told("группа клиента", "the customer's group"),
    "back": Told("шаг назад", "went back"),
    "reminded": Told("напомнил", "reminded"),
    "unsure": Told("спросил, что имелось в виду", "asked which is meant"),
    "error": Told("ошибка в сценарии", "the flow failed"),
    "event_unheard": Told("события никто не ждал", "nobody waited for the event"),
    "event_lost": Told("событие потеряно", "an event was lost"),
    "handoff_missed": Told("человек не пришёл", "no person came"),
    "chat.status": Told("состояние чата", "the chat's status"),
    "message.dropped": Told(
        "сообщение бота не отправлено: чат взял человек",
        "a message of the bot was not sent: a person took the chat",
    ),
    "message.failed": Told("сообщение не доставлено", "a message was not delivered"),
    "message.held": Told(
        "сообщение ждёт, пока клиент напишет", "a message waits until the customer writes"
    ),
    "message.deleted": Told("клиент удалил сообщение", "the customer deleted a message"),
    "reaction.set": Told("реакция клиента", "the customer's reaction"),
    "order.placed": Told("заказ в мессенджере", "an order in the messenger"),
    "ad.opened": Told("пришёл по рекламе", "came by an advertisement"),
    "form.sent": Told("форма заполнена", "a form was filled in"),
    "number.changed": Told("у клиента новый номер", "the customer has another number"),
    "payment.paid": Told("оплачено", "paid"),
}
