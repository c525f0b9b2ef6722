"""What operators look up: who it is, what was said, where a word stands, all of it as a file."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, tzinfo

from adapters.messengers.telegram.desk.answers import Answer
from adapters.messengers.telegram.desk.card import address_of
from adapters.messengers.telegram.desk.card_words import say
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Command, Order
from adapters.messengers.telegram.desk.titles import LONG, name_of
from adapters.messengers.telegram.desk.transcript import TAKEN_BACK
from adapters.messengers.telegram.desk.words import Words, clipped, spent
from bots.errors import Forbidden, Invalid
from bots.model.conversation import Conversation
from bots.model.desk import Note
from bots.model.episode import Episode
from bots.model.operator import Operator
from bots.model.turn import MessageRecord

PAGE = 500
LAST = 10
MOST_HISTORY = 50
MOST_FOUND = 10
LONGEST_LINE = 300
INSET = "\n    "
LONGEST_ANSWER = 3900
"""Leaves room below Telegram's 4096."""

WORDS = Words(
    {
        "owner_bot": ("отвечает бот", "the bot answers"),
        "owner_queue": ("ждёт оператора", "waits for an operator"),
        "owner_operator": ("отвечает {name}", "{name} answers"),
        "blocked": ("⛔ заблокирован", "⛔ blocked"),
        "unreachable": ("⛔ недоступен: закрыл бота", "⛔ unreachable: closed the bot"),
        "since": ("с нами с {day}", "with us since {day}"),
        "heard": ("писал(а) {ago} назад", "wrote {ago} ago"),
        "queue": ("очередь: {queue}", "queue: {queue}"),
        "tags": ("метки: {tags}", "tags: {tags}"),
        "fields": ("поля: {form}", "fields: {form}"),
        "earlier": ("Обращения:", "Hand-offs:"),
        "episode": (
            "№{number} {day}: {outcome}{by}{rating}",
            "No {number} {day}: {outcome}{by}{rating}",
        ),
        "now": ("идёт", "under way"),
        "closed": ("завершено", "finished"),
        "released": ("возвращён боту", "given back to the bot"),
        "offline": ("вне часов", "out of hours"),
        "unanswered": ("никто не ответил", "nobody answered"),
        "cancel": ("клиент передумал", "the customer changed their mind"),
        "no_messages": ("Сообщений нет.", "There are no messages."),
        "how_find": ("Что искать: /find доставка", "What to look for: /find delivery"),
        "not_found": (
            "«{words}» в этом чате не встречается.",
            "“{words}” does not occur in this chat.",
        ),
        "found": ("«{words}», последние {n}:", "“{words}”, the last {n}:"),
        "customer": ("Клиент", "Customer"),
        "bot": ("Бот", "Bot"),
        "operator": ("Оператор", "Operator"),
        "api": ("Система", "System"),
        "note": ("заметка", "note"),
        "file_head": (
            "Чат #{id} · {name} · {platform}. Время: {zone}.",
            "Chat #{id} · {name} · {platform}. Times are of {zone}.",
        ),
        "file": ("Весь разговор, {n} сообщ.", "The whole chat, {n} messages."),
        "history_n": (
            "Сколько сообщений: /history 20 (не больше {n}). Всё целиком: /transcript",
            "How many messages: /history 20 ({n} at most). All of it: /transcript",
        ),
    }
)


async def who(order: Order, kit: Kit) -> str:
    """Who the customer is and how their chat stands, in a few lines."""
    chat, language = order.about, order.language
    now, zone = kit.parts.clock(), kit.parts.zone(chat.address.bot)
    names = [name_of(chat), address_of(chat), LONG.get(chat.platform, "")]
    lines = [" · ".join(filter(None, (*names, f"#{chat.id}")))]
    episode = chat.episode
    state = WORDS.say(language, f"owner_{chat.owner}", name=await _holder(kit, episode))
    facts = [state]
    if chat.blocked:
        facts.append(WORDS.say(language, "blocked"))
    if chat.unreachable:
        facts.append(WORDS.say(language, "unreachable"))
    facts.append(WORDS.say(language, "since", day=_day(chat.created_at, zone)))
    if chat.heard_at is not None:
        ago = spent((now - chat.heard_at).total_seconds(), language)
        facts.append(WORDS.say(language, "heard", ago=ago))
    lines.append(", ".join(facts))
    if episode is not None and episode.open:
        if episode.queue:
            lines.append(WORDS.say(language, "queue", queue=episode.queue))
        if episode.tags:
            lines.append(WORDS.say(language, "tags", tags=", ".join(episode.tags)))
        if episode.form:
            form = ", ".join(f"{key}={one}" for key, one in episode.form.items())
            lines.append(WORDS.say(language, "fields", form=form))
    lines += await _earlier(order, kit, zone)
    return "\n".join(lines)[:LONGEST_ANSWER]


async def history(order: Order, kit: Kit) -> str:
    """The last messages, and the hand-offs before this one."""
    word = order.rest.strip()
    if word and not (word.isdecimal() and 0 < int(word) <= MOST_HISTORY):
        raise Invalid("n", WORDS.say(order.language, "history_n", n=MOST_HISTORY))
    count, chat = int(word or LAST), order.about
    zone = kit.parts.zone(chat.address.bot)
    after = max(0, chat.seq - count)
    records = await kit.parts.episodes.messages(chat.id, after=after, limit=count)
    head = await _earlier(order, kit, zone)
    people = await kit.parts.operators.known()
    lines = [_line(one, order.language, zone, people, LONGEST_LINE) for one in records]
    if not lines:
        return WORDS.say(order.language, "no_messages")
    # The newest are what is looked for: the oldest give way.
    while lines and sum(len(line) + 1 for line in [*head, *lines]) > LONGEST_ANSWER:
        lines.pop(0)
    return "\n".join([*head, *lines])


async def find(order: Order, kit: Kit) -> str:
    """Where a word stands in this chat, the newest first."""
    words = order.rest.strip()
    if not words:
        return WORDS.say(order.language, "how_find")
    chat, wanted = order.about, words.casefold()
    zone = kit.parts.zone(chat.address.bot)
    found: list[MessageRecord] = []
    async for record in _all(kit, chat):
        if wanted in record.words.casefold():
            found = [*found[-MOST_FOUND + 1 :], record]
    if not found:
        return WORDS.say(order.language, "not_found", words=clipped(words, 40))
    head = WORDS.say(order.language, "found", words=clipped(words, 40), n=len(found))
    people = await kit.parts.operators.known()
    lines = [
        _line(one, order.language, zone, people, LONGEST_LINE, dated=True)
        for one in reversed(found)
    ]
    return "\n".join([head, *lines])[:LONGEST_ANSWER]


async def transcript(order: Order, kit: Kit) -> Answer:
    """All of it as a file; notes stand in it only where a lead asks for `all`."""
    chat, language = order.about, order.language
    inside = order.rest.strip().casefold() in ("all", "всё", "все")
    if inside and not order.who.may("lead"):
        raise Forbidden("This is for a lead")
    zone = kit.parts.zone(chat.address.bot)
    people = await kit.parts.operators.known()
    lines: list[tuple[datetime, str]] = []
    count = 0
    async for record in _all(kit, chat):
        count += 1
        lines.append((record.created_at, _line(record, language, zone, people, 0, dated=True)))
    if inside:
        for note in await kit.parts.desks.notes(chat.id):
            who = people.get(note.operator or 0)
            lines.append((note.created_at, _noted(note, who.name if who else "", language, zone)))
        lines.sort(key=lambda pair: pair[0])
    platform = LONG.get(chat.platform, chat.platform)
    head = WORDS.say(
        language, "file_head", id=chat.id, name=name_of(chat), platform=platform, zone=zone
    )
    text = "\n".join([head, "", *(line for _, line in lines), ""])
    await kit.parts.handoff.transcribed(chat.address, order.who, notes=inside)
    # With a mark of its encoding, or a phone guesses wrong.
    content = b"\xef\xbb\xbf" + text.encode("utf-8", "replace")
    return Answer(text=WORDS.say(language, "file", n=count), file=(f"chat-{chat.id}.txt", content))


async def _all(kit: Kit, chat: Conversation) -> AsyncIterator[MessageRecord]:
    after = 0
    while records := await kit.parts.episodes.messages(chat.id, after=after, limit=PAGE):
        for record in records:
            yield record
        after = records[-1].seq


async def _holder(kit: Kit, episode: Episode | None) -> str:
    return await kit.name(episode.assignee, episode.native) if episode is not None else ""


async def _earlier(order: Order, kit: Kit, zone: tzinfo) -> Sequence[str]:
    episodes = await kit.parts.episodes.of_chat(order.about.id, limit=6)
    if not episodes:
        return ()
    lines = [WORDS.say(order.language, "earlier")]
    for one in episodes:
        name = await kit.name(one.assignee, one.native) if one.assignee or one.native else ""
        lines.append(
            WORDS.say(
                order.language,
                "episode",
                number=one.number,
                day=_day(one.requested_at, zone),
                outcome=WORDS.say(order.language, one.outcome or "now"),
                by=f", {name}" if name else "",
                rating=f", {one.rating}/5" if one.rating is not None else "",
            )
        )
    return lines


def _line(
    record: MessageRecord,
    language: str,
    zone: tzinfo,
    people: Mapping[int, Operator],
    longest: int,
    *,
    dated: bool = False,
) -> str:
    at = record.created_at.astimezone(zone)
    stamp = f"{at:%d.%m.%Y %H:%M}" if dated else f"{at:%d.%m %H:%M}"
    files = [f"[{one.name or say(language, f'kind {one.kind}')}]" for one in record.attachments]
    if record.happening == "edited" or record.replaces:
        files.insert(0, "✏️")
    if record.deleted_at is not None:
        files.insert(0, TAKEN_BACK)
    by = people.get(record.operator) if record.operator is not None else None
    author = by.name if by is not None else WORDS.say(language, record.author)
    # Whoever writes on a line of its own what looks like ours is seen to be further in.
    words = (
        INSET.join("\n".join([*files, record.words]).splitlines())
        if not longest
        else clipped(" ".join([*files, record.words]), longest)
    )
    return f"{stamp} {author}: {words}"


def _noted(note: Note, name: str, language: str, zone: tzinfo) -> str:
    at = note.created_at.astimezone(zone)
    return f"{at:%d.%m.%Y %H:%M} [{WORDS.say(language, 'note')}] {name}: {INSET.join(note.text.splitlines())}"


def _day(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y}"


COMMANDS = (
    Command(
        name="who",
        also=("кто",),
        means=("Кто это и что с чатом", "Who it is and how the chat stands"),
        run=who,
        role="viewer",
    ),
    Command(
        name="history",
        also=("история",),
        takes=("[сколько]", "[how many]"),
        means=(
            "Последние сообщения и прежние обращения",
            "The last messages and earlier hand-offs",
        ),
        run=history,
        role="viewer",
    ),
    Command(
        name="find",
        also=("найти",),
        takes=("слова", "words"),
        means=("Найти слова в этом чате", "Find words in this chat"),
        run=find,
        role="viewer",
    ),
    Command(
        name="transcript",
        also=("разговор", "выгрузка"),
        takes=("[всё]", "[all]"),
        means=("Весь разговор файлом", "The whole chat as a file"),
        run=transcript,
    ),
)
