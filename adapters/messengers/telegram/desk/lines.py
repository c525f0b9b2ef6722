"""The lines into all groups of operators, and what is said where one of them is too slow."""

import asyncio
from datetime import datetime, timedelta

import structlog

from adapters.messengers.telegram.channel import TelegramChannel
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.words import Words
from bots.errors import ChannelError
from bots.model.desk import DeskGroup

ONCE_IN = timedelta(hours=1)
"""How often a group is told that it is too slow."""

WORDS = Words(
    {
        "crowded": (
            (
                "⚠️ Сообщения показываются здесь с опозданием ({seconds} с): Telegram разрешает боту"
                " около 20 действий в минуту в одной группе. Ничего не потеряно.\n\nЧто поможет: вторая"
                " группа для части очередей (добавьте бота в неё и напишите /setup с новым кодом)."
            ),
            (
                "⚠️ Messages are shown here late (by {seconds} s): Telegram lets a bot do about 20"
                " things a minute in one group. Nothing is lost.\n\nWhat helps: a second group for some"
                " of the queues (add the bot to it and write /setup with a new code)."
            ),
        ),
    }
)

log = structlog.get_logger()


class Lines:
    """One for each group, made when it is first asked for."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lines: dict[tuple[str, str], tuple[TelegramChannel, Line]] = {}
        self._told_at: dict[tuple[str, str], datetime] = {}
        self._blocked_until: dict[tuple[str, str], datetime] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def of(self, group: DeskGroup) -> Line | None:
        """The way into a group; None while our account there is not connected."""
        channel = self._parts.channels.get(group.channel)
        if not isinstance(channel, TelegramChannel):
            return None
        key = group.channel, group.chat_id
        known = self._lines.get(key)
        if known is not None and known[0] is channel:
            return known[1]
        if known is not None:
            # The account was opened anew; what waits in the old line goes its way.
            self._let_go(known[1])
        line = Line(
            channel.client,
            group.chat_id,
            clock=self._parts.clock,
            sleep=self._parts.sleep,
            per_minute=self._parts.per_minute,
            blocked=lambda seconds: self._blocked(group, seconds),
            crowded=lambda behind: self._crowded(group, channel, behind),
        )
        self._lines[key] = channel, line
        return line

    def troubles(self) -> dict[str, str]:
        """What people should know of groups, in a sentence each, by the group's chat id."""
        now = self._parts.clock()
        found: dict[str, str] = {}
        for key, (_, line) in self._lines.items():
            until = self._blocked_until.get(key)
            if until is not None and until > now:
                found[key[1]] = f"Telegram takes nothing for this group until {until:%H:%M:%S} UTC"
            elif line.trouble:
                found[key[1]] = f"Telegram does not answer: {line.trouble}"
            elif line.saturated:
                behind = round(line.behind.total_seconds())
                found[key[1]] = (
                    f"{line.waiting} things wait to be shown, {behind} s behind: one group is given"
                    f" {self._parts.per_minute} a minute; a second group for some of the queues would help"
                )
        return found

    def delays(self) -> dict[str, tuple[float, int]]:
        """Of each group, by its chat id: the seconds it is behind, and how much waits."""
        return {
            key[1]: (line.behind.total_seconds(), line.waiting)
            for key, (_, line) in self._lines.items()
        }

    async def close(self) -> None:
        """Let the calls under way end."""
        await asyncio.gather(*(line.close() for _, line in self._lines.values()))
        for task in list(self._telling):
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)

    def _let_go(self, line: Line) -> None:
        self._beside(asyncio.create_task(line.close()))

    def _blocked(self, group: DeskGroup, seconds: float) -> None:
        until = self._parts.clock() + timedelta(seconds=seconds)
        self._blocked_until[group.channel, group.chat_id] = until
        log.error(
            "Telegram takes nothing for a group of operators", chat=group.chat_id, seconds=seconds
        )

    def _crowded(self, group: DeskGroup, channel: TelegramChannel, behind: timedelta) -> None:
        key, now = (group.channel, group.chat_id), self._parts.clock()
        told_at = self._told_at.get(key)
        if told_at is not None and now - told_at < ONCE_IN:
            return
        self._told_at[key] = now
        log.warning(
            "A group of operators is too slow", chat=group.chat_id, behind=behind.total_seconds()
        )
        language = self._parts.language(group.bot or channel.bot)
        text = WORDS.say(language, "crowded", seconds=round(behind.total_seconds()))
        self._beside(asyncio.create_task(self._tell(self._lines[key][1], text)))

    async def _tell(self, line: Line, text: str) -> None:
        try:
            await line.call("sendMessage", {"text": text}, Urgency.NOW)
        except ChannelError as error:
            log.warning("A group was not told that it is too slow", why=str(error))

    def _beside(self, task: "asyncio.Task[None]") -> None:
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
