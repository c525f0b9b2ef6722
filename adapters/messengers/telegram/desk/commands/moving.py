"""A chat changes hands: taken, given back to the bot, finished, given to somebody else."""

import hashlib

from adapters.messengers.telegram.desk.answers import Answer
from adapters.messengers.telegram.desk.buttons import button, id_in
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Command, Order
from adapters.messengers.telegram.desk.words import Words
from bots.errors import Invalid, NotFound
from bots.model.conversation import Conversation
from bots.model.operator import Operator

WORDS = Words(
    {
        "taken": ("Чат ваш.", "The chat is yours."),
        "released": ("Дальше отвечает бот.", "The bot goes on."),
        "closed": ("Завершено.", "Finished."),
        "given": ("Передано: {name}.", "Given to {name}."),
        "waits_for": (
            "{name} сейчас не может взять чат: он ждёт в очереди и достанется первым ему.",
            "{name} cannot take the chat just now: it waits in the queue and is theirs first.",
        ),
        "queued": ("Передано в очередь «{queue}».", "Put into the queue “{queue}”."),
        "queued_any": ("Чат снова ждёт в очереди.", "The chat waits in the queue again."),
        "to_whom": ("Кому передать чат?", "Who shall have the chat?"),
        "assign_whom": ("Кому назначить чат?", "Who is the chat assigned to?"),
        "nobody": (
            (
                "Передать некому: других операторов нет. Новых добавляет владелец:"
                " python run.py operators add ИМЯ{of}"
            ),
            (
                "There is nobody to give it to. The owner adds operators:"
                " python run.py operators add NAME{of}"
            ),
        ),
        "queue_button": ("Очередь: {queue}", "Queue: {queue}"),
        "away": ("{name} (нет на месте)", "{name} (away)"),
        "no_one": (
            "Нет ни оператора, ни очереди «{name}». Операторы: {people}. Очереди: {queues}.",
            "There is neither an operator nor a queue “{name}”. Operators: {people}. Queues: {queues}.",
        ),
    }
)
FORCE = ("force", "силой")
SILENT = ("silent", "тихо")


async def take(order: Order, kit: Kit) -> str | None:
    """Own the chat; `force` takes it from somebody else."""
    force = order.rest.strip().casefold() in FORCE
    await kit.parts.handoff.take(order.about.address, order.who, version=order.version, force=force)
    return WORDS.say(order.language, "taken") if order.pressed else None


async def reopen(order: Order, kit: Kit) -> str | None:
    """Own a chat that is over."""
    await kit.parts.handoff.reopen(order.about.address, order.who, version=order.version)
    return WORDS.say(order.language, "taken") if order.pressed else None


async def release(order: Order, kit: Kit) -> str | None:
    """Back to the bot, at a step where one is named."""
    await kit.parts.handoff.release(order.about.address, order.who, step=order.rest.strip())
    return WORDS.say(order.language, "released") if order.pressed else None


async def close(order: Order, kit: Kit) -> str | None:
    """Finish; the last word `silent` asks the customer nothing."""
    words = order.rest.split()
    silent = bool(words) and words[-1].casefold() in SILENT
    code = " ".join(words[:-1] if silent else words)
    await kit.parts.handoff.close(order.about.address, order.who, code=code, silent=silent)
    return WORDS.say(order.language, "closed") if order.pressed else None


# ---------------------------------------------------------------- to somebody else


async def transfer(order: Order, kit: Kit) -> Answer | str | None:
    """`@name note`, `#queue note`; without either the people and queues there are, as buttons."""
    rest = order.rest.strip()
    if not rest:
        return await _choice(order, kit, "to", "to_whom")
    to, queue, note = await _addressee(order, kit, rest)
    chat = await kit.parts.handoff.transfer(
        order.about.address, order.who, to=to, queue=queue, note=note
    )
    return _told(order, chat, to)


async def assign(order: Order, kit: Kit) -> Answer | str | None:
    """A lead gives the chat to somebody."""
    if not order.rest.strip():
        return await _choice(order, kit, "as", "assign_whom")
    to = await kit.parts.operators.named(order.rest)
    await kit.parts.handoff.assign(order.about.address, order.who, to)
    return WORDS.say(order.language, "given", name=to.name)


async def to_person(order: Order, kit: Kit) -> str:
    """The button of a person: `to.17`."""
    to = await kit.parts.operators.by_id(_id(order))
    chat = await kit.parts.handoff.transfer(order.about.address, order.who, to=to)
    return _told(order, chat, to)


async def assign_person(order: Order, kit: Kit) -> str:
    """The same of a lead's: `as.17`."""
    to = await kit.parts.operators.by_id(_id(order))
    await kit.parts.handoff.assign(order.about.address, order.who, to, version=order.version)
    return WORDS.say(order.language, "given", name=to.name)


async def to_queue(order: Order, kit: Kit) -> str:
    """The button of a queue: `tq.` and its mark."""
    queues = kit.parts.queues(order.about.address.bot)
    queue = next((name for name in queues if mark(name) == order.rest), None)
    if queue is None:
        raise NotFound("queue", order.rest)
    chat = await kit.parts.handoff.transfer(order.about.address, order.who, queue=queue)
    return _told(order, chat, None)


def _id(order: Order) -> int:
    id = id_in(order.rest)
    if id is None:
        raise NotFound("operator", order.rest)
    return id


def mark(queue: str) -> str:
    """A queue's name in the few bytes that a button has."""
    return hashlib.sha256(queue.encode()).hexdigest()[:10]


async def _addressee(order: Order, kit: Kit, rest: str) -> tuple[Operator | None, str | None, str]:
    """The person or queue that a text begins with, and the note behind it."""
    queues = kit.parts.queues(order.about.address.bot)
    plain = rest.removeprefix("#")
    if not rest.startswith("@"):
        for name in sorted(queues, key=len, reverse=True):
            if _begins(plain, name):
                return None, name, plain[len(name) :].strip()
        if rest.startswith("#"):
            name, _, note = plain.partition(" ")
            return None, name, note.strip()
    people = await kit.parts.operators.all()
    plain = rest.removeprefix("@")
    for one in sorted(people, key=lambda one: len(one.name), reverse=True):
        for name in filter(None, (one.name, one.username)):
            if _begins(plain, name):
                return one, None, plain[len(name) :].strip()
    word, _, note = plain.partition(" ")
    try:
        return await kit.parts.operators.named(word), None, note.strip()
    except NotFound:
        raise Invalid(
            "to",
            WORDS.say(
                order.language,
                "no_one",
                name=word,
                people=", ".join(one.name for one in people) or "—",
                queues=", ".join(queues) or "—",
            ),
        ) from None


def _begins(text: str, name: str) -> bool:
    """Whether a text begins with a whole name."""
    head, tail = text[: len(name)], text[len(name) :]
    return head.casefold() == name.casefold() and not tail[:1].isalnum()


async def _choice(order: Order, kit: Kit, verb: str, question: str) -> Answer | str:
    chat, now = order.about, kit.parts.clock()
    version = chat.episode.version if chat.episode is not None else 0
    rows = []
    for one in await kit.parts.operators.all():
        if not one.may("operator") or (verb == "to" and one.id == order.who.id):
            continue
        here = one.here(now)
        label = one.name if here else WORDS.say(order.language, "away", name=one.name)
        rows.append([button(label, chat.id, f"{verb}.{one.id}", version)])
    for name in kit.parts.queues(chat.address.bot) if verb == "to" else ():
        label = WORDS.say(order.language, "queue_button", queue=name)
        rows.append([button(label, chat.id, f"tq.{mark(name)}", version)])
    if not rows:
        return WORDS.say(order.language, "nobody", of=kit.parts.of)
    return Answer(text=WORDS.say(order.language, question), buttons=rows[:50])


def _told(order: Order, chat: Conversation, to: Operator | None) -> str:
    episode = chat.episode
    if to is not None:
        received = episode is not None and episode.assignee == to.id
        return WORDS.say(order.language, "given" if received else "waits_for", name=to.name)
    queue = episode.queue if episode is not None else ""
    return WORDS.say(order.language, "queued" if queue else "queued_any", queue=queue)


COMMANDS = (
    Command(
        name="take",
        also=("взять", "беру"),
        takes=("[силой]", "[force]"),
        means=("Взять чат себе", "Take the chat"),
        run=take,
    ),
    Command(
        name="release",
        also=("боту", "вернуть"),
        takes=("[шаг]", "[step]"),
        means=("Вернуть чат боту", "Give the chat back to the bot"),
        run=release,
    ),
    Command(
        name="close",
        also=("закрыть", "завершить"),
        takes=("[итог] [тихо]", "[code] [silent]"),
        means=("Завершить разговор", "Finish the chat"),
        run=close,
    ),
    Command(
        name="transfer",
        also=("передать",),
        takes=("@кому или #очередь [заметка]", "@who or #queue [note]"),
        means=("Передать чат человеку или в очередь", "Give the chat to a person or a queue"),
        run=transfer,
    ),
    Command(
        name="assign",
        also=("назначить",),
        takes=("@кому", "@who"),
        means=("Назначить чат оператору (старший)", "Assign the chat to an operator (lead)"),
        run=assign,
        role="lead",
    ),
    Command(
        name="reopen",
        also=("открыть",),
        means=("Снова взять завершённый чат", "Take up a finished chat again"),
        run=reopen,
    ),
)
