"""A chat's last messages as a few lines, for a card."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from adapters.messengers.telegram.desk.card_words import say
from adapters.messengers.telegram.desk.titles import name_of
from bots.model.conversation import Conversation
from bots.model.turn import MessageRecord
from bots.shaping import shortened, units

LAST = 20
"""So many messages are told of."""
TAKEN_BACK = "🗑"
"""What stands before words that an operator took back."""
LONGEST_LINE = 300


def transcript(
    messages: Sequence[MessageRecord],
    chat: Conversation,
    language: str,
    zone: tzinfo,
    room: int,
    people: Mapping[int, str],
) -> str:
    """As many of the last messages as fit into so many UTF-16 units; the oldest give way first.

    `people` are the names of operators.
    """
    lines: list[str] = []
    for message in reversed(messages[-LAST:]):
        line = _line(message, chat, language, zone, people)
        room -= units(line) + 1
        if room < 2:
            lines.append("…")
            break
        lines.append(line)
    return "\n".join(reversed(lines))


def _line(
    message: MessageRecord,
    chat: Conversation,
    language: str,
    zone: tzinfo,
    people: Mapping[int, str],
) -> str:
    name = people.get(message.operator) if message.operator is not None else None
    if message.author == "customer":
        name = name_of(chat)
    who = shortened(name, 32) if name else say(language, f"author {message.author}")
    files = [f"[{one.name or say(language, f'kind {one.kind}')}]" for one in message.attachments]
    if message.happening == "edited" or message.replaces:
        files.insert(0, "✏️")
    if message.deleted_at is not None:
        files.insert(0, TAKEN_BACK)
    words = " ".join([*files, *message.words.split()])
    at = message.created_at.astimezone(zone)
    return f"{at:%H:%M} {who}: {shortened(words, LONGEST_LINE)}"
