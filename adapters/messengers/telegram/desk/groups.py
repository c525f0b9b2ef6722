"""The groups that are desks, at hand: which of them a chat belongs in, and what becomes of them."""

from collections.abc import Callable, Mapping, Sequence

from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup
from bots.ports import Groups as Store
from flows.model import Queue

OTHERS = 5
"""From this place on a group is for other chats."""


class Groups:
    """Kept in memory, for every update of every chat asks; what changes is on disk first."""

    def __init__(
        self, desks: Store, workspace: int, queues: Callable[[str], Mapping[str, Queue]]
    ) -> None:
        self._desks = desks
        self._workspace = workspace
        self._queues = queues
        self._groups: dict[tuple[str, str], DeskGroup] = {}

    async def load(self) -> None:
        """Read them all, also such as others removed or set up meanwhile."""
        groups = await self._desks.groups(self._workspace)
        self._groups = {(one.channel, one.chat_id): one for one in groups}

    @property
    def all(self) -> Sequence[DeskGroup]:
        """In the order in which they were set up."""
        return list(self._groups.values())

    @property
    def any(self) -> bool:
        """Whether there is one at all: asked at every turn of every chat."""
        return bool(self._groups)

    def is_desk(self, channel: str, chat_id: str) -> bool:
        """Whether what happens in this chat is for the desk."""
        return (channel, chat_id) in self._groups

    def at(self, channel: str, chat_id: str) -> DeskGroup | None:
        """The desk that this chat is."""
        return self._groups.get((channel, chat_id))

    def of(self, chat: Conversation) -> list[DeskGroup]:
        """The groups that a chat may be shown in, the best first; such as are down come last.

        The one that its queue names; else those of its queue, of its bot, and at last any.
        """
        name = chat.episode.queue if chat.episode is not None else ""
        return self._ranked(chat.address.bot, name)

    def best(self, bot: str, queue: str) -> DeskGroup | None:
        """Where chats of a bot's queue are shown now; None while there is no group."""
        return next(iter(self._ranked(bot, queue)), None)

    def _ranked(self, bot: str, name: str) -> list[DeskGroup]:
        ranked = [(self._rank_in(group, bot, name), group) for group in self.all]
        return [group for _, group in sorted(ranked, key=lambda pair: (pair[1].down, pair[0]))]

    def serves(self, group: DeskGroup, chat: Conversation) -> bool:
        """Whether it is one for such chats, and not only a way out where there is no other."""
        name = chat.episode.queue if chat.episode is not None else ""
        return self._rank_in(group, chat.address.bot, name) < OTHERS

    async def put(self, group: DeskGroup) -> None:
        """Keep a group, new or changed."""
        await self._desks.put_group(group)
        self._groups[group.channel, group.chat_id] = group

    async def remove(self, group: DeskGroup) -> None:
        """It is no desk any more."""
        await self._desks.remove_group(group.channel, group.chat_id)
        self._groups.pop((group.channel, group.chat_id), None)

    async def moved(self, group: DeskGroup, new: str) -> DeskGroup:
        """Telegram gave the group another id; asking twice changes nothing."""
        known = self.at(group.channel, new)
        if known is not None:
            return known
        await self._desks.move_group(group.channel, group.chat_id, new)
        await self.load()
        return self._groups[group.channel, new]

    def _rank_in(self, group: DeskGroup, bot: str, name: str) -> int:
        queue = self._queues(bot).get(name) or Queue()
        return _rank(group, bot, name, queue.group)


def _rank(group: DeskGroup, bot: str, queue: str, named: str | None) -> int:
    if named and named in (group.chat_id, group.title):
        return 0
    theirs = group.bot == bot
    if queue and queue in group.queues and (theirs or not group.bot):
        return 1 if theirs else 2
    if not group.queues and (theirs or not group.bot):
        return 3 if theirs else 4
    return OTHERS if theirs or not group.bot else OTHERS + 1
