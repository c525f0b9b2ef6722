"""Who is here: linked by a code, away and back, what waits and what is theirs."""

from collections.abc import Sequence
from typing import Any

from adapters.messengers.telegram.desk.answers import Answer
from adapters.messengers.telegram.desk.buttons import button
from adapters.messengers.telegram.desk.commands.marking import spell_of
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Command, Order
from adapters.messengers.telegram.desk.problems import ROLES
from adapters.messengers.telegram.desk.titles import name_of
from adapters.messengers.telegram.desk.words import Words, clipped, spent
from bots.board import Entry
from bots.errors import CodeRefused, Guessing, LinkedElsewhere

MOST = 10
"""Chats that a list shows."""

WORDS = Words(
    {
        "how_link": (
            "Код выдаёт владелец: python run.py operators add ИМЯ{of}. Напишите здесь: /link КОД",
            "The owner gives the code: python run.py operators add NAME{of}. Write here: /link CODE",
        ),
        "linked": (
            (
                "✅ {name}, вы {role}. Чаты берут кнопкой «Взять» или /take, ответ пишут в теме чата."
                " Все команды: /help"
            ),
            (
                "✅ {name}, you are {role}. Take chats by the button “Take” or /take, answer in a chat's"
                " topic. All commands: /help"
            ),
        ),
        "instead": (
            " Прежний аккаунт Telegram больше не связан с вами.",
            " Your earlier Telegram account is no longer linked.",
        ),
        "unknown": (
            "Такого кода нет. Проверьте его или попросите новый.",
            "There is no such code. Check it, or ask for a new one.",
        ),
        "used": (
            "Этот код уже использован. Попросите новый.",
            "This code was used already. Ask for a new one.",
        ),
        "expired": (
            "Этот код устарел: он живёт 15 минут. Попросите новый.",
            "This code is too old: it lives for 15 minutes. Ask for a new one.",
        ),
        "elsewhere": (
            (
                "Этот аккаунт Telegram уже связан с оператором {name}. Сначала владелец должен убрать"
                " его: python run.py operators remove {name}{of}"
            ),
            (
                "This Telegram account is linked to the operator {name} already. The owner has to remove"
                " them first: python run.py operators remove {name}{of}"
            ),
        ),
        "guessing": (
            "Слишком много неверных кодов. Подождите {n} с: до тех пор я не отвечаю.",
            "Too many wrong codes. Wait {n} s: until then I do not answer.",
        ),
        "away": (
            "Вас нет на месте{until}. Новые чаты вам не дадут, ваши вернулись в очередь. /back вернёт.",
            (
                "You are away{until}. You are given no new chats, yours went back to the queue. /back"
                " undoes it."
            ),
        ),
        "until": (" до {until}", " until {until}"),
        "back": ("Вы снова на месте.", "You are here again."),
        "waiting": ("Ждут: {n}", "Waiting: {n}"),
        "none_wait": ("Никто не ждёт.", "Nobody waits."),
        "mine": ("Ваши чаты: {n}", "Your chats: {n}"),
        "none_mine": ("У вас нет чатов.", "You have no chats."),
        "more": ("… и ещё {n}", "… and {n} more"),
        "take": ("✋ Взять #{id}", "✋ Take #{id}"),
        "nowhere": ("#{id} пока без темы", "#{id} has no topic yet"),
        "i_am": ("{name} · {role}{here}", "{name} · {role}{here}"),
        "not_here": (" · нет на месте", " · away"),
    }
)


async def link(order: Order, kit: Kit) -> str | None:
    """Whoever types a code of the owner's is that operator from now on; the code is taken away."""
    code = order.rest.strip()
    if not code:
        return WORDS.say(order.language, "how_link", of=kit.parts.of)
    try:
        linked = await kit.parts.operators.link(code, order.who.telegram, order.who.username)
    except Guessing as guessing:
        n = round(guessing.retry_after)
        return WORDS.say(order.language, "guessing", n=n) if guessing.first else None
    except CodeRefused as refused:
        return WORDS.say(order.language, refused.why)
    except LinkedElsewhere as elsewhere:
        return WORDS.say(order.language, "elsewhere", name=elsewhere.name, of=kit.parts.of)
    await kit.answers.delete(order.group, order.message)
    role = ROLES[linked.operator.role][0 if order.language == "ru" else 1]
    text = WORDS.say(order.language, "linked", name=linked.operator.name, role=role)
    return text + (WORDS.say(order.language, "instead") if linked.before else "")


async def away(order: Order, kit: Kit) -> str:
    """Gone for a while, or until `/back`."""
    span, _ = spell_of(order.rest)
    await kit.parts.operators.away(order.who, span)
    until = ""
    if span is not None:
        local = (kit.parts.clock() + span).astimezone(kit.zone(order.group))
        until = WORDS.say(order.language, "until", until=f"{local:%d.%m %H:%M}")
    return WORDS.say(order.language, "away", until=until)


async def back(order: Order, kit: Kit) -> str:
    """Here again."""
    await kit.parts.operators.back(order.who)
    return WORDS.say(order.language, "back")


async def queue(order: Order, kit: Kit) -> Answer:
    """Who waits for a person, in the order in which they are to be taken."""
    waiting = [
        one
        for one in kit.parts.handoff.board.waiting(workspace=kit.parts.workspace)
        if order.who.serves(one.episode.queue)
        and kit.groups.best(one.address.bot, one.episode.queue) == order.group
    ]
    if not waiting:
        return Answer(text=WORDS.say(order.language, "none_wait"))
    return await _listed(order, kit, waiting, "waiting", take=True)


async def me(order: Order, kit: Kit) -> Answer:
    """Who they are, and the chats they have."""
    role = ROLES[order.who.role][0 if order.language == "ru" else 1]
    here = "" if order.who.here(kit.parts.clock()) else WORDS.say(order.language, "not_here")
    head = WORDS.say(order.language, "i_am", name=order.who.name, role=role, here=here)
    mine = kit.parts.handoff.board.chats_of(order.who.id)
    if not mine:
        return Answer(text=f"{head}\n{WORDS.say(order.language, 'none_mine')}")
    listed = await _listed(order, kit, mine, "mine", take=False)
    return Answer(text=f"{head}\n{listed.text}", buttons=listed.buttons)


async def _listed(
    order: Order, kit: Kit, entries: Sequence[Entry], head: str, *, take: bool
) -> Answer:
    """Chats as lines, with buttons that lead to their topics."""
    now, parts = kit.parts.clock(), kit.parts
    lines = [WORDS.say(order.language, head, n=len(entries))]
    rows: list[list[dict[str, Any]]] = []
    for entry in entries[:MOST]:
        chat = await parts.episodes.conversation(parts.workspace, entry.id)
        name = clipped(name_of(chat), 30)
        since = spent((now - entry.episode.requested_at).total_seconds(), order.language)
        queue = f" · {entry.episode.queue}" if entry.episode.queue else ""
        lines.append(f"#{entry.id} {name}{queue} · {since}")
        row: list[dict[str, Any]] = []
        url = await topic_link(kit, entry.id)
        if url:
            row.append({"text": f"#{entry.id} {clipped(name, 20)}", "url": url})
        if take:
            label = WORDS.say(order.language, "take", id=entry.id)
            row.append(button(label, entry.id, "take", entry.episode.version))
        if row:
            rows.append(row)
    if len(entries) > MOST:
        lines.append(WORDS.say(order.language, "more", n=len(entries) - MOST))
    return Answer(text="\n".join(lines), buttons=rows)


async def topic_link(kit: Kit, conversation_id: int) -> str:
    """Where a chat's topic is opened by a tap; "" while it has none."""
    for topic in await kit.parts.desks.topics(conversation_id):
        if topic.thread_id and topic.status in ("open", "closed"):
            group = topic.chat_id.removeprefix("-100")
            return f"https://t.me/c/{group}/{topic.thread_id}"
    return ""


COMMANDS = (
    Command(
        name="link",
        also=("код", "связать"),
        takes=("КОД", "CODE"),
        means=("Назваться оператором по коду", "Link yourself by a code"),
        run=link,
        everywhere=True,
    ),
    Command(
        name="away",
        also=("отошёл", "отошел", "отошла", "перерыв"),
        takes=("[30m]", "[30m]"),
        means=("Отойти: новых чатов не дадут", "Be away: no new chats"),
        run=away,
        everywhere=True,
    ),
    Command(
        name="back",
        also=("тут", "вернулся", "вернулась"),
        means=("Снова на месте", "Be here again"),
        run=back,
        everywhere=True,
    ),
    Command(
        name="queue",
        also=("очередь",),
        means=("Кто ждёт", "Who waits"),
        run=queue,
        role="viewer",
        everywhere=True,
    ),
    Command(
        name="me",
        also=("я", "мои"),
        means=("Мои чаты", "My chats"),
        run=me,
        role="viewer",
        everywhere=True,
    ),
)
