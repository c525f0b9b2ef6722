"""`operators`: who answers customers, said from beside the server, which follows at once."""

import json
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn, TextIO, cast

from adapters.terminal.leaving import Refused
from adapters.terminal.speaking import Speaking
from adapters.terminal.tables import show_table
from bots.errors import Conflict, Invalid, NotFound
from bots.model.operator import Operator, Role
from bots.ports import Clock, Episodes
from bots.services.codes import GOOD_FOR, NewCode
from bots.services.operators import Operators, typed_for
from flows.script_nodes import Told

ALL_QUEUES = ("all", "все")
"""What is typed for every queue."""


Written = Callable[[], Mapping[str, set[str] | None]]
"""The queues of every bot by its name; None of one that has mistakes."""


def queues_of(
    typed: Sequence[str], known: Collection[str] | None, language: str
) -> tuple[str, ...]:
    """Queues as they are typed, apart or with commas between; none are all. Raises Refused.

    `known` are those of every bot, None where a bot cannot be read.
    """
    names = [name.strip() for one in typed for name in one.split(",") if name.strip()]
    if len(names) == 1 and names[0].casefold() in ALL_QUEUES:
        return ()
    unknown = [name for name in names if known is not None and name not in known]
    if unknown:
        there = ", ".join(sorted(known or ())) or Told("ни одной", "none").by(language)
        raise Refused(
            Told(
                f"Очереди «{unknown[0]}» нет ни у одного бота; есть: {there}."
                " Очереди пишут в bot.yaml, в разделе queues.",
                f"No bot has a queue «{unknown[0]}»; there are: {there}."
                " Queues are written in bot.yaml, under queues.",
            ).by(language)
        )
    return tuple(names)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorCommands(Speaking):
    """Operators as somebody types them. `running` says whether a server has the database now."""

    operators: Operators
    episodes: Episodes
    workspace: int
    running: Callable[[], bool]
    clock: Clock

    async def do(self, given: Namespace, written: Written) -> int:
        """What was typed; `written` are the queues of every bot. Raises Refused."""

        def queues(typed: Sequence[str]) -> tuple[str, ...]:
            return queues_of(typed, queues_in(written()) if typed else (), self.language)

        match given.verb:
            case "add":
                return await self.add(given.name, given.role, queues(given.queues), given.capacity)
            case "code":
                return await self.code(given.name)
            case "role" if given.queue:
                return await self.role_in(given.name, given.role, queues(given.queue))
            case "role":
                return await self.change(given.name, role=given.role)
            case "languages":
                return await self.change(given.name, languages=_words(given.words))
            case "skills":
                return await self.change(given.name, skills=_words(given.words))
            case "queues":
                return await self.change(given.name, queues=queues(given.queues))
            case "capacity":
                return await self.change(given.name, capacity=given.capacity)
            case "remove":
                return await self.remove(given.name)
            case _:
                return await self.show(as_json=given.json)

    # ------------------------------------------------------------ the list

    async def show(self, *, as_json: bool = False) -> int:
        """Every operator: what they may, whether they are here, how many chats they have."""
        people = await self.operators.all()
        chats = Counter(one.assignee for _, one in await self.episodes.open(self.workspace))
        if as_json:
            rows = [self._facts(one, chats[one.id]) for one in people]
            self._say(json.dumps(rows, ensure_ascii=False, indent=2))
            return 0
        if not people:
            self._tell(
                f"Операторов ещё нет: python run.py operators add Оля{typed_for(self.workspace)}",
                f"No operators yet: python run.py operators add Olya{typed_for(self.workspace)}",
            )
            return 0
        heading = Told(
            "имя роль очереди Telegram сейчас чатов", "name role queues Telegram now chats"
        )
        rows_shown = [heading.by(self.language).split()]
        rows_shown += [self._row(one, chats[one.id]) for one in people]
        absent = {
            self._said("не связан", "not linked"): "yellow",
            self._said("здесь", "here"): "green",
        }
        show_table(rows_shown, self.out, colours=absent, right=(5,))
        waiting = chats[None]
        if waiting:
            self._tell(
                f"Ждут или отвечены в самом мессенджере: {waiting}.",
                f"Waiting, or answered in the messenger itself: {waiting}.",
            )
        return 0

    def _facts(self, one: Operator, chats: int) -> Mapping[str, Any]:
        away = one.away_until if not one.here(self.clock()) else None
        return {
            "id": one.id,
            "name": one.name,
            "role": one.role,
            "queues": list(one.queues),
            "capacity": one.capacity,
            "languages": list(one.languages),
            "skills": list(one.skills),
            "roles": dict(one.roles),
            "telegram": one.telegram or None,
            "username": one.username or None,
            "away_until": away.isoformat() if away else None,
            "open_chats": chats,
        }

    def _row(self, one: Operator, chats: int) -> list[str]:
        linked = f"@{one.username}" if one.username else one.telegram
        return [
            one.name,
            one.role,
            self._queues(one),
            linked or self._said("не связан", "not linked"),
            self._presence(one),
            f"{chats}/{max(one.capacity, 0)}" if one.capacity else str(chats),
        ]

    def _queues(self, one: Operator) -> str:
        return ", ".join(one.queues) or self._said("все", "all")

    def _presence(self, one: Operator) -> str:
        if one.here(self.clock()) or one.away_until is None:
            return self._said("здесь", "here")
        if one.away_until - self.clock() > timedelta(days=3650):
            return self._said("нет", "away")
        until = one.away_until.astimezone()
        return self._said(f"нет до {until:%d.%m %H:%M}", f"away until {until:%d %b %H:%M}")

    # ------------------------------------------------------------ changing

    async def add(self, name: str, role: str, queues: Sequence[str], capacity: int) -> int:
        """A new one, and what they type to be known in groups. Raises Refused."""
        try:
            who = await self.operators.add(
                name, role=cast(Role, role), queues=queues, capacity=capacity
            )
        except (Conflict, Invalid) as problem:
            self._refuse(problem, name)
        self._tell(
            f"Добавлен оператор: {who.name} ({who.role}; очереди: {self._queues(who)}).",
            f"{who.name} is added ({who.role}; queues: {self._queues(who)}).",
        )
        return await self._code(who)

    async def code(self, name: str) -> int:
        """A new code for somebody there is. Raises Refused."""
        who = await self._named(name)
        if who.telegram:
            shown = f"@{who.username}" if who.username else who.telegram
            self._tell(
                f"Сейчас {who.name} — это {shown}; новая связь заменит эту.",
                f"{who.name} is {shown} now; the new link takes its place.",
            )
        return await self._code(who)

    async def change(
        self,
        name: str,
        *,
        role: str | None = None,
        queues: Sequence[str] | None = None,
        capacity: int | None = None,
        languages: Sequence[str] | None = None,
        skills: Sequence[str] | None = None,
    ) -> int:
        """What somebody may, and how much. Raises Refused."""
        who = await self._named(name)
        try:
            who = await self.operators.change(
                who,
                role=cast(Role | None, role),
                queues=queues,
                capacity=capacity,
                languages=languages,
                skills=skills,
            )
        except Invalid as problem:
            self._refuse(problem, name)
        return self._told(who)

    async def role_in(self, name: str, role: str, queues: Sequence[str]) -> int:
        """What somebody may in some queues; what they are elsewhere stays. Raises Refused."""
        who = await self._named(name)
        given = {**who.roles, **{queue: cast(Role, role) for queue in queues}}
        # What is the same as everywhere needs no saying.
        kept = {queue: one for queue, one in given.items() if one != who.role}
        return self._told(await self.operators.change(who, roles=kept))

    def _told(self, who: Operator) -> int:
        most = (
            str(max(who.capacity, 0))
            if who.capacity
            else self._said("сколько угодно", "any number")
        )
        self._tell(
            f"{who.name}: роль {who.role}; очереди: {self._queues(who)}; чатов сразу: {most}.",
            f"{who.name}: {who.role}; queues: {self._queues(who)}; chats at once: {most}.",
        )
        if who.roles:
            there = ", ".join(f"{queue}: {one}" for queue, one in who.roles.items())
            self._tell(f"В очередях иначе: {there}.", f"Otherwise in queues: {there}.")
        if who.languages or who.skills:
            languages, skills = ", ".join(who.languages) or "—", ", ".join(who.skills) or "—"
            self._tell(
                f"Языки: {languages}; умения: {skills}.",
                f"Languages: {languages}; skills: {skills}.",
            )
        return 0

    async def remove(self, name: str) -> int:
        """They may nothing any more; their chats go back into the queue. Raises Refused."""
        who = await self._named(name)
        has = sum(one.assignee == who.id for _, one in await self.episodes.open(self.workspace))
        await self.operators.remove(who)
        self._tell(f"{who.name} больше не оператор.", f"{who.name} is no operator any more.")
        if has and self.running():
            self._tell(
                f"Открытых чатов: {has}; сервер сейчас вернёт их в очередь.",
                f"Open chats: {has}; the server puts them back into the queue now.",
            )
        elif has:
            self._tell(
                f"Открытых чатов: {has}; они вернутся в очередь, когда сервер запустят.",
                f"Open chats: {has}; they go back into the queue when the server is started.",
            )
        return 0

    # ------------------------------------------------------------ inside

    async def _named(self, name: str) -> Operator:
        try:
            return await self.operators.named(name)
        except NotFound:
            names = ", ".join(one.name for one in await self.operators.all())
            there = names or self._said("ни одного", "none")
            raise Refused(
                self._said(
                    f"Оператора «{name}» нет; есть: {there}.",
                    f"There is no operator «{name}»; there are: {there}.",
                )
            ) from None
        except Conflict as several:
            raise Refused(
                self._said(
                    f"«{name}» может значить: {several}. Напишите имя целиком.",
                    f"«{name}» may mean: {several}. Write the whole name.",
                )
            ) from None

    async def _code(self, who: Operator) -> int:
        new = await self.operators.code_for(who)
        show_code(new, self.language, self.out)
        self._tell(
            f"В группе операторов {who.name} пишет:",
            f"In the operators' group {who.name} writes:",
        )
        self._say(f"  /link {new.code}")
        return 0

    def _refuse(self, problem: Conflict | Invalid, name: str) -> NoReturn:
        raise Refused(_problem(problem, name, self.workspace).by(self.language)) from None


def show_code(new: NewCode, language: str, out: TextIO) -> None:
    """A code, for how long it is good, in the time of whoever reads."""
    until: datetime = new.expires.astimezone()
    minutes = int(GOOD_FOR.total_seconds() // 60)
    told = Told(
        f"Код {new.code} действует один раз, {minutes} минут: до {until:%H:%M}.",
        f"The code {new.code} is good once, for {minutes} minutes: until {until:%H:%M}.",
    )
    print(told.by(language), file=out)


def _problem(problem: Conflict | Invalid, name: str, workspace: int) -> Told:
    if isinstance(problem, Conflict):
        of = typed_for(workspace)
        return Told(
            f'Оператор «{name}» уже есть. Новый код для него: python run.py operators code "{name}"{of}',
            f"There is an operator {name} already. A new code for them:"
            f' python run.py operators code "{name}"{of}',
        )
    if problem.field == "name":
        return Told(
            "В имени должно быть от 1 до 64 знаков, без управляющих.",
            "A name has from 1 to 64 letters, and no control characters.",
        )
    if problem.field == "languages":
        return Told(
            f"Язык пишут кодом: ru, en, kk ({problem.error}).",
            f"A language is written as a code: ru, en, kk ({problem.error}).",
        )
    return Told(
        "Чатов сразу — число от 0 (сколько угодно) до 1000.",
        "Chats at once are a number from 0 (any number) to 1000.",
    )


def _words(typed: Sequence[str]) -> list[str]:
    return [one for one in typed if one != "none"]


def queues_in(known: Mapping[str, set[str] | None]) -> set[str] | None:
    """All of them together; None where not all can be known."""
    all_of_them: set[str] = set()
    for names in known.values():
        if names is None:
            return None
        all_of_them |= names
    return all_of_them
