"""`desk`: the groups where operators answer, and how a new one is made."""

import json
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.terminal.colours import harmless
from adapters.terminal.leaving import Refused
from adapters.terminal.operators import Written, queues_in, queues_of, show_code
from adapters.terminal.speaking import Speaking
from adapters.terminal.tables import show_table
from bots.model.desk import DeskGroup
from bots.ports import Channels, Groups
from bots.services.operators import Operators, SetUp, typed_for
from flows.script_nodes import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCommands(Speaking):
    """Groups as somebody types them. `running` says whether a server has the database now."""

    operators: Operators
    desks: Groups
    workspace: int
    channels: Channels
    running: Callable[[], bool]

    async def do(self, given: Namespace, written: Written) -> int:
        """What was typed; `written` are the queues of every bot. Raises Refused."""
        if given.verb == "remove":
            return await self.remove(given.group)
        if given.verb in (None, "list"):
            return await self.show(as_json=given.json)
        known = written() if given.queue else {}
        if given.bot in known:
            known = {given.bot: known[given.bot]}
        queues = queues_of(given.queue, queues_in(known), self.language)
        return await self.code(SetUp(bot=given.bot, queues=queues))

    async def show(self, *, as_json: bool = False) -> int:
        """Every group: what it serves, and what is wrong with it."""
        groups = await self.desks.groups(self.workspace)
        if as_json:
            self._say(json.dumps([_facts(one) for one in groups], ensure_ascii=False, indent=2))
            return 0
        if not groups:
            self._tell(
                f"Групп операторов ещё нет: python run.py desk code{typed_for(self.workspace)}",
                f"No operators' groups yet: python run.py desk code{typed_for(self.workspace)}",
            )
            return 0
        heading = Told("группа id бот очереди показ состояние", "group id bot queues shown state")
        rows = [heading.by(self.language).split(), *map(self._row, groups)]
        well, wrong = self._said("в порядке", "well"), self._said("беда", "trouble")
        show_table(rows, self.out, colours={well: "green", wrong: "red"})
        for one in groups:
            if one.trouble:
                self._say(harmless(f"{one.title or one.chat_id}: {one.trouble}"))
        if not self.running():
            self._tell(
                "Сервер не запущен; состояние — каким он видел его в последний раз.",
                "No server runs; the state is what it saw last.",
            )
        return 0

    async def code(self, what: SetUp) -> int:
        """A one-time code for a group, and the four steps."""
        accounts = await self._accounts(what.bot)
        new = await self.operators.code_for_desk(what)
        serves = self._serves(what)
        show_code(new, self.language, self.out)
        self._tell(
            f"Группа будет получать: {serves}.",
            f"The group will get: {serves}.",
        )
        names = self._said(" или ", " or ").join(accounts) or self._said("своего", "yours")
        for line in _STEPS.by(self.language).format(names=names, code=new.code).splitlines():
            self._say(line)
        if not self.running():
            self._tell(
                "Сервер не запущен: запустите его до последнего шага.",
                "No server runs: start it before the last step.",
            )
        return 0

    async def remove(self, name: str) -> int:
        """A group is no desk any more; what stands in it stays. Raises Refused."""
        groups = await self.desks.groups(self.workspace)
        wanted = name.strip().casefold()
        found = [one for one in groups if wanted in _names(one)]
        if len(found) != 1:
            there = "; ".join(f"{one.title or '—'} ({one.chat_id})" for one in found or groups)
            nothing = self._said("ни одной", "none")
            if found:
                raise Refused(
                    self._said(
                        f"«{name}» — это несколько групп: {there}. Укажите id.",
                        f"«{name}» are several groups: {there}. Give the id.",
                    )
                )
            raise Refused(
                self._said(
                    f"Группы «{name}» нет; есть: {there or nothing}.",
                    f"There is no group «{name}»; there are: {there or nothing}.",
                )
            )
        (group,) = found
        await self.desks.remove_group(group.channel, group.chat_id)
        self._tell(
            f"Группа «{group.title or group.chat_id}» больше не место операторов; переписка в ней"
            " остаётся. Открытые чаты уйдут в другую группу, если она есть.",
            f"«{group.title or group.chat_id}» is no operators' group any more; what stands in it"
            " stays. Open chats go to another group, where there is one.",
        )
        return 0

    # ------------------------------------------------------------ inside

    async def _accounts(self, bot: str) -> list[str]:
        """Whom to add to the group: any of our accounts at Telegram, best one that the bot has."""
        records = await self.channels.records(self.workspace)
        states = await self.channels.states(self.workspace)
        ours = [one for one in records if one.platform == "telegram"]
        best = [one for one in ours if one.bot == bot] or ours
        found = [states[one.name].title or one.name for one in best if one.name in states]
        if not found:
            self._tell(
                "Ни один бот ещё не подключён к Telegram: python run.py channels add telegram",
                "No bot is connected to Telegram yet: python run.py channels add telegram",
            )
        return found

    def _serves(self, what: SetUp) -> str:
        bot = what.bot or self._said("всех ботов", "every bot")
        if what.bot:
            bot = self._said(f"бота {bot}", f"the bot {bot}")
        if not what.queues:
            return self._said(f"чаты {bot}", f"the chats of {bot}")
        queues = ", ".join(what.queues)
        return self._said(f"чаты {bot}, очереди: {queues}", f"the chats of {bot}, queues: {queues}")

    def _row(self, group: DeskGroup) -> list[str]:
        return [
            group.title or "—",
            group.chat_id,
            group.bot or self._said("все", "all"),
            ", ".join(group.queues) or self._said("все", "all"),
            self._said("без тем", "flat") if group.flat else self._said("темы", "topics"),
            self._said("беда", "trouble") if group.trouble else self._said("в порядке", "well"),
        ]


_STEPS = Told(
    """1. Создайте группу в Telegram и добавьте в неё операторов.
2. В настройках группы включите «Темы».
3. Добавьте бота ({names}) администратором с правами: «Управление темами», «Удаление сообщений»,
   «Закрепление сообщений».
4. Напишите в группе:
   /setup {code}""",
    """1. Create a group in Telegram and add the operators.
2. Turn on “Topics” in the settings of the group.
3. Add the bot ({names}) as an administrator with the rights “Manage topics”, “Delete messages”,
   “Pin messages”.
4. Write in the group:
   /setup {code}""",
)


def _names(group: DeskGroup) -> set[str]:
    return {group.title.casefold(), group.chat_id, f"{group.channel}/{group.chat_id}"} - {""}


def _facts(group: DeskGroup) -> Mapping[str, Any]:
    checked = group.checked_at
    return {
        "channel": group.channel,
        "chat_id": group.chat_id,
        "title": group.title,
        "bot": group.bot or None,
        "queues": list(group.queues),
        "flat": group.flat,
        "trouble": group.trouble or None,
        "checked_at": checked.isoformat() if checked else None,
    }
