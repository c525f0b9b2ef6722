"""`publish` and `versions`: what a new version means for the chats that are inside, and making it live."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from adapters.terminal.colours import paint
from bots.model.version import Live, Version
from bots.ports import Audience, Clock, Versions
from bots.services.publishing import Older, chats_by_version, impact
from flows.formats import plural
from flows.model import Bot
from flows.moving import flow_of
from flows.script_nodes import Told
from flows.versions import Impact, Unmet, unmet_calls

SERVER_PATIENCE = 5.0
"""Seconds to wait for the running server to answer by what was published."""

_YES = frozenset({"y", "yes", "д", "да"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """A publishing as somebody types it. `running` says whether a server has the database now."""

    versions: Versions
    audience: Audience
    workspace: int
    older: Older
    running: Callable[[], bool]
    ask: Callable[[str], Awaitable[str]] | None
    by: str
    clock: Clock
    out: TextIO
    retire: bool = False
    dry_run: bool = False

    async def publish(self, bot: Bot, files: Mapping[str, str]) -> int:
        """Tell what it means, ask, publish, wait for the server; the exit status."""
        prospect = await self._prospect(bot)
        words = Wording(bot.language)
        for line in words.prospect(bot, prospect):
            print(line, file=self.out)
        if self.dry_run:
            return 0
        if self.ask is not None and not await self._agreed(self.ask, words):
            print(words.left_alone, file=self.out)
            return 1
        live = await self.versions.publish(
            self.workspace,
            bot.folder,
            bot.version,
            files,
            by=self.by,
            now=self.clock(),
            retire=self.retire,
            again=True,
        )
        print(paint("bold", words.published(bot, live), self.out), file=self.out)
        return await self._taken(live, words)

    async def _prospect(self, bot: Bot) -> "Prospect":
        counts = await impact(bot, self.audience, self.workspace, self.older, retire=self.retire)
        numbers = {one.hash: one.number for one in await self._kept(bot.folder)}
        unmet, lost = [], set()
        staying = {one.version for one in counts if one.fate == "stays"}
        for version in {one.version for one in counts}:
            before = await self.older(bot.folder, version)
            if before is None:
                lost.add(version)
            elif version in staying:
                unmet += [(numbers.get(version, 0), one) for one in unmet_calls(bot, before)]
        live = [one for one in await self.versions.live(self.workspace) if one.bot == bot.folder]
        return Prospect(
            live=live[0] if live else None,
            impact=counts,
            numbers=numbers,
            unmet=sorted(unmet),
            lost=frozenset(lost),
        )

    async def _kept(self, bot: str) -> Sequence[Version]:
        return await self.versions.all(self.workspace, bot)

    async def _agreed(self, ask: Callable[[str], Awaitable[str]], words: "Wording") -> bool:
        return (await ask(words.question)).strip().casefold() in _YES

    async def _taken(self, live: Live, words: "Wording") -> int:
        """Whether the server answers by it; it looks twice a second."""
        if not self.running():
            print(words.not_running, file=self.out)
            return 0
        for _ in range(int(SERVER_PATIENCE * 10)):
            await asyncio.sleep(0.1)
            now = [one for one in await self.versions.live(self.workspace) if one.bot == live.bot]
            if not now or now[0].since != live.since:
                # Somebody has published another one since.
                return 0
            if now[0].taken is not None:
                print(words.taken(now[0].taken), file=self.out)
                return 1 if now[0].taken else 0
        print(words.silent, file=self.out)
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a publishing would come to; `numbers` are by `Bot.version`, `unmet` by number.

    `lost` are versions that nobody can make again.
    """

    live: Live | None
    impact: Counter[Impact]
    numbers: Mapping[str, int]
    unmet: Sequence[tuple[int, Unmet]]
    lost: frozenset[str]


async def list_versions(
    bot: str, language: str, versions: Versions, audience: Audience, workspace: int, out: TextIO
) -> None:
    """The versions that are kept, the newest first, with the chats inside of each."""
    words = Wording(language)
    chats = await chats_by_version(audience, workspace, bot)
    print(bot, file=out)
    for version in await versions.all(workspace, bot):
        inside = len(chats.get(version.hash, ()))
        line = words.version(version, inside)
        print(paint("bold" if version.left_at is None else "", line, out), file=out)


# ---------------------------------------------------------------- words


class Wording:
    """Everything these commands say, in the bot's language."""

    def __init__(self, language: str) -> None:
        self._language = "en" if language == "en" else "ru"
        self.question = self._said("Опубликовать? [y/N] ", "Publish? [y/N] ")
        self.left_alone = self._said("Ничего не изменилось.", "Nothing was changed.")
        self.not_running = self._said(
            "Сервер сейчас не запущен: он начнёт с этой версии.",
            "The server is not running now: it will start with this version.",
        )
        self.silent = self._said(
            "Сервер пока не ответил: посмотрите в его журнал.",
            "The server has not answered yet: look into its log.",
        )

    def _said(self, ru: str, en: str) -> str:
        return Told(ru, en).by(self._language)

    def _count(self, number: int, ru: tuple[str, ...], en: tuple[str, ...]) -> str:
        return plural(number, ru if self._language == "ru" else en, self._language)

    def prospect(self, bot: Bot, prospect: Prospect) -> list[str]:
        """What it means for those who are inside, and what may go wrong."""
        lines = [self._change(bot, prospect), self._sum(prospect)]
        worse = [(one, many) for one, many in prospect.impact.items() if one.fate != "moves"]
        for one, many in sorted(worse, key=lambda pair: -pair[1]):
            lines.append(f"  {self._place(one)}: {many} — {self._why(bot, one, prospect)}")
        lines += [self._unmet(number, one) for number, one in prospect.unmet]
        return lines

    def published(self, bot: Bot, live: Live) -> str:
        return self._said(
            f"{bot.title}: опубликована версия {live.number}.",
            f"{bot.title}: version {live.number} is published.",
        )

    def taken(self, complaint: str) -> str:
        if not complaint:
            return self._said("Сервер уже отвечает по ней.", "The server answers by it already.")
        return self._said(
            f"Сервер её не принял и отвечает по прежней:\n{complaint}\nЕсли менялся actions.py,"
            " перезапустите сервер.",
            f"The server did not take it and answers by the one before:\n{complaint}\nIf actions.py"
            " has changed, restart the server.",
        )

    def version(self, version: Version, inside: int) -> str:
        when = version.published_at.astimezone().strftime("%Y-%m-%d %H:%M")
        by = {
            "start": self._said("при запуске", "at a start"),
            "saved": self._said("сохранён файл", "a file was saved"),
            "": self._said("раньше", "earlier"),
        }.get(version.by, version.by)
        line = f"{version.number:>5}  {version.hash}  {when}  {by}"
        if inside:
            line += f"  {self._chats(inside)}"
        mark = self._said("← отвечает", "← answers")
        return f"{line}  {mark}" if version.left_at is None else line

    # ------------------------------------------------------------ pieces

    def _change(self, bot: Bot, prospect: Prospect) -> str:
        live = prospect.live
        if live is not None and live.hash == bot.version:
            return self._said(
                f"{bot.title}: сценарии те же, что в версии {live.number}; сервер перечитает"
                " знания и actions.py.",
                f"{bot.title}: the flows are those of version {live.number}; the server reads"
                " knowledge and actions.py anew.",
            )
        before = live.number if live is not None else "—"
        number = prospect.numbers.get(bot.version, self._said("новая", "a new one"))
        return self._said(
            f"{bot.title}: сейчас версия {before}, будет {number}.",
            f"{bot.title}: now version {before}, then {number}.",
        )

    def _sum(self, prospect: Prospect) -> str:
        total = sum(prospect.impact.values())
        if not total:
            return self._said(
                "Никому внутри сценариев это ничего не меняет.",
                "Nobody inside a flow is touched by it.",
            )
        fates: Counter[str] = Counter()
        for one, many in prospect.impact.items():
            fates[one.fate] += many
        parts = [self._fate(fate, fates[fate], prospect) for fate in _FATES if fates[fate]]
        inside = self._said("внутри", "inside")
        return f"{self._chats(total)} {inside}: {', '.join(parts)}"

    def _fate(self, fate: str, many: int, prospect: Prospect) -> str:
        said = self._count(many, *_FATES[fate])
        if fate != "stays":
            return said
        versions = {one.version for one in prospect.impact if one.fate == "stays"}
        numbers = sorted(prospect.numbers.get(one, 0) for one in versions)
        listed = ", ".join(map(str, numbers))
        if len(numbers) == 1:
            return f"{said} {self._said('на версии', 'on version')} {listed}"
        return f"{said} {self._said('на версиях', 'on versions')} {listed}"

    def _place(self, one: Impact) -> str:
        flow = one.flow or self._said("обработчик бота", "a handler of the bot")
        if not one.step:
            return flow
        return self._said(f"{flow}, шаг «{one.step}»", f"{flow}, step “{one.step}”")

    def _why(self, bot: Bot, one: Impact, prospect: Prospect) -> str:
        if one.version in prospect.lost:
            return self._said(
                "их версии больше нет или она не загружается",
                "their version is gone or does not load",
            )
        flow = flow_of(bot, one.flow)
        if flow is None:
            return self._said("сценария больше нет", "the flow is gone")
        steps = {*flow.steps, *(signature.step for signature in flow.questions)}
        if one.step and one.step not in steps:
            return self._said("шага больше нет", "the step is gone")
        return self._said("вопрос стал другим", "the question is another one")

    def _unmet(self, number: int, one: Unmet) -> str:
        if one.asks:
            return self._said(
                f"  версия {number}: «{one.flow}» вызывает «{one.called}» без «{one.name}», а он"
                " теперь нужен — сделайте optional: yes",
                f"  version {number}: “{one.flow}” calls “{one.called}” without “{one.name}”, which"
                " it needs now: make it optional: yes",
            )
        return self._said(
            f"  версия {number}: «{one.flow}» ждёт от «{one.called}» «{one.name}», а в gives его"
            " больше нет",
            f"  version {number}: “{one.flow}” expects “{one.name}” of “{one.called}”, whose gives"
            " has it no more",
        )

    def _chats(self, number: int) -> str:
        return self._count(number, ("чат", "чата", "чатов"), ("chat", "chats"))


_FATES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "moves": (("перейдёт", "перейдут", "перейдут"), ("moves", "move")),
    "stays": (("доживёт", "доживут", "доживут"), ("stays", "stay")),
    "retired": (
        ("начнёт заново", "начнут заново", "начнут заново"),
        ("begins anew", "begin anew"),
    ),
}
