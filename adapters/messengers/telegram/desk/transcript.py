"""A chat's last messages as a few lines, for a card."""

from collections.abc import Sequence
from datetime import tzinfo

from adapters.messengers.telegram.desk.card_words import say
from adapters.messengers.telegram.desk.titles import name_of
from bots.model.conversation import Conversation
from bots.model.turn import MessageRecord
from bots.shaping import shortened, units

LAST = 20
"""So many messages are told of."""
LONGEST_LINE = 300


def transcript(
    messages: Sequence[MessageRecord],
    chat: Conversation,
    language: str,
    zone: tzinfo,
    room: int,
) -> str:
    """As many of the last messages as fit into so many UTF-16 units; the oldest give way first."""
    lines: list[str] = []
    for message in reversed(messages[-LAST:]):
        line = _line(message, chat, language, zone)
        room -= units(line) + 1
        if room < 2:
            lines.append("…")
            break
        lines.append(line)
    return "\n".join(reversed(lines))


def _line(message: MessageRecord, chat: Conversation, language: str, zone: tzinfo) -> str:
    who = (
        shortened(name_of(chat), 32)
        if message.author == "customer"
        else say(language, f"author {message.author}")
    )
    files = [f"[{one.name or say(language, f'kind {one.kind}')}]" for one in message.attachments]
    if message.happening == "edited" or message.replaces:
        files.insert(0, "✏️")
    words = " ".join([*files, *message.words.split()])
    at = message.created_at.astimezone(zone)
    return f"{at:%H:%M} {who}: {shortened(words, LONGEST_LINE)}"
