"""New accounts: who did no more than press Start gets no topic yet, for bots do that by hundreds."""

from bots.model.conversation import Conversation
from bots.model.episode import Episode
from bots.model.turn import MessageRecord
from bots.ports import Episodes

KNOWN = 12
"""A chat with so many messages is no new one."""
_STARTS = ("/start", "start", "начать")


async def is_new(episodes: Episodes, chat: Conversation, episode: Episode) -> bool:
    """Whether the customer has done nothing yet but begin, and nobody has taken the chat."""
    if episode.state != "requested" or chat.seq >= KNOWN:
        return False
    messages = await episodes.messages(chat.id, after=0, limit=KNOWN)
    heard = [one for one in messages if one.author == "customer"]
    return len(heard) <= 1 and all(map(_begins, heard))


async def has_begun(episodes: Episodes, chat: Conversation) -> bool:
    """Whether the customer has said anything but that they begin."""
    if chat.seq >= KNOWN:
        return True
    messages = await episodes.messages(chat.id, after=0, limit=KNOWN)
    return any(one.author == "customer" and not _begins(one) for one in messages)


def _begins(message: MessageRecord) -> bool:
    if "start" in message.metadata:
        return True
    words = message.text.strip().lower().split(maxsplit=1)
    return bool(words) and words[0] in _STARTS
