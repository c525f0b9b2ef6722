"""Tells whoever is responsible of groups in trouble, promises not kept, webhooks that miss events.

Each trouble is told once to each way out, at least once whatever stops in between; what cannot be
told is tried again for a day. Many at a time are told together, and never without end.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bots.errors import RemoteFailed, Unavailable
from bots.model.desk_state import DeskState
from bots.model.feed import Entry
from bots.ports import Clock, Feed, Shelf, Sleep
from flows.script_nodes import Told

EVERY = 15.0
"""Seconds between two looks."""
NAMES = ("handoff.missed", "handoff.unseen")
SHELF, CURSOR, GROUPS, WEBHOOKS = "alerts", "cursor", "groups", "webhooks"
AT_ONCE = 50
"""Alerts of one message."""
MOST = 200
"""Alerts that wait for one way out; past that the oldest are only counted."""
APART = timedelta(minutes=1)
"""Between two messages by one way."""
PAUSES = (1, 5, 15, 60, 240)
"""Minutes between tries that fail."""
GIVEN_UP = timedelta(days=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One trouble in a sentence; `id` is always the same of the same trouble."""

    id: str
    event: str
    at: datetime
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


class Way(Protocol):
    """One way out: a webhook, e-mail."""

    async def tell(self, alerts: Sequence[Alert], *, dropped: int) -> None:
        """All in one message; so many more were `dropped`. Raises RemoteFailed."""


WebhookTroubles = Callable[[int], Awaitable[Mapping[str, tuple[str, int]]]]
"""Of a workspace, the addresses that miss events: why they are told no more, how many they miss."""


async def no_troubles(_workspace: int) -> Mapping[str, tuple[str, int]]:
    """Where no webhooks are told."""
    return {}


class Alerts:
    """What was told is on disk, so that a restart tells nothing twice."""

    def __init__(
        self,
        ways: Mapping[str, Way],
        *,
        workspace: int,
        feed: Feed,
        shelf: Shelf,
        state: Callable[[], DeskState],
        language: str,
        clock: Clock,
        sleep: Sleep,
        webhooks: WebhookTroubles = no_troubles,
    ) -> None:
        self._webhooks = webhooks
        self._ways = ways
        self._workspace = workspace
        self._feed = feed
        self._shelf = shelf
        self._state = state
        self._language = language
        self._clock = clock
        self._sleep = sleep

    async def follow(self) -> None:
        """Look for what is wrong, for ever."""
        while True:
            try:
                await self.look()
            except Unavailable as error:
                log.warning("Alerts cannot be looked for just now", why=error.why)
            await self._sleep(EVERY)

    async def look(self) -> None:
        """Note what is new, then tell whatever is due."""
        await self._note_groups()
        await self._note_webhooks()
        while await self._note_events():
            pass
        for name, way in self._ways.items():
            await self._tell(name, way)

    # ------------------------------------------------------------ what is new

    async def _note_events(self) -> bool:
        """One page of what happened; False where there is no more."""
        cursor = await self._get(CURSOR)
        if not isinstance(cursor, int):
            # What was wrong before anybody was to be told is nobody's news.
            await self._put(CURSOR, await self._feed.latest())
            return False
        entries = await self._feed.after(self._workspace, cursor, limit=AT_ONCE, names=NAMES)
        if entries:
            await self._note([self._of(one) for one in entries])
            await self._put(CURSOR, entries[-1].cursor)
        return len(entries) == AT_ONCE

    def _of(self, entry: Entry) -> Alert:
        event, data = entry.event, entry.event.data
        queue = str(data.get("queue") or "—")
        if event.name == "handoff.unseen":
            told = Told(
                f"Чат #{entry.conversation} ждёт человека, и показать его некому: {data.get('why')}",
                f"Chat #{entry.conversation} waits for a person, and nobody can be shown it:"
                f" {data.get('why')}",
            )
        else:
            what = _PROMISES.get(str(data.get("promise")), str(data.get("promise")))
            told = Told(
                f"Чат #{entry.conversation}, очередь «{queue}»: просрочено ({what})",
                f"Chat #{entry.conversation}, queue “{queue}”: overdue ({data.get('promise')})",
            )
        known = {
            name: data[name] for name in ("queue", "promise", "episode", "why") if name in data
        }
        return Alert(
            id=f"{event.name}:{data.get('episode')}:{data.get('promise', '')}",
            event=event.name,
            at=event.created_at,
            text=told.by(self._language),
            data={"conversation": entry.conversation, **known},
        )

    async def _note_groups(self) -> None:
        """Groups that fare otherwise than when that was told last."""
        before = await self._get(GROUPS) or {}
        now = {name: self._trouble(name) for name in self._state().groups}
        now = {name: trouble for name, trouble in now.items() if trouble}
        if now == before:
            return
        alerts = [
            self._group(name, now.get(name, ""))
            for name in sorted({*now, *before})
            if now.get(name) != before.get(name)
        ]
        await self._note(alerts)
        await self._put(GROUPS, now)

    def _trouble(self, name: str) -> str:
        group = self._state().groups[name]
        slow = Told("сообщения показываются с опозданием", "messages are shown late")
        return group.trouble or (slow.by(self._language) if group.saturated else "")

    def _group(self, name: str, trouble: str) -> Alert:
        now = self._clock()
        told = Told(
            f"Группа операторов {name}: {trouble}" if trouble else f"Группа {name} снова в порядке",
            f"The operators' group {name}: {trouble}"
            if trouble
            else f"The group {name} is well again",
        )
        return Alert(
            id=f"desk:{name}:{now.isoformat()}",
            event="desk.trouble" if trouble else "desk.healed",
            at=now,
            text=told.by(self._language),
            data={"group": name, "trouble": trouble},
        )

    async def _note_webhooks(self) -> None:
        """Addresses that came to miss events, or more of them, since that was told last."""
        before = await self._get(WEBHOOKS) or {}
        now = await self._webhooks(self._workspace)
        if {url: list(one) for url, one in now.items()} == before:
            return
        alerts = [
            self._webhook(url, why, dead)
            for url, (why, dead) in sorted(now.items())
            if _is_worse((why, dead), before.get(url, ("", 0)))
        ]
        await self._note(alerts)
        await self._put(WEBHOOKS, {url: list(one) for url, one in now.items()})

    def _webhook(self, url: str, why: str, dead: int) -> Alert:
        now = self._clock()
        if why:
            ru, en = _SWITCHED_OFF.get(why, (why, why))
            told = Told(f"Вебхук {url} выключен: {ru}", f"The webhook {url} is switched off: {en}")
        else:
            told = Told(
                f"Вебхук {url} не принял событий за трое суток: {dead}",
                f"The webhook {url} did not take events within three days: {dead}",
            )
        return Alert(
            id=f"webhook:{url}:{now.isoformat()}",
            event="webhook.disabled" if why else "webhook.missed",
            at=now,
            text=told.by(self._language),
            data={"url": url, "why": why, "missed": dead},
        )

    # ------------------------------------------------------------ what is told

    async def _note(self, alerts: Sequence[Alert]) -> None:
        for name in self._ways if alerts else ():
            kept = await self._get(_to(name)) or {}
            items = {one["id"]: one for one in kept.get("items", ())}
            items |= {one.id: _plain(one) for one in alerts}
            newest = list(items.values())[-MOST:]
            dropped = kept.get("dropped", 0) + len(items) - len(newest)
            await self._put(_to(name), {**kept, "items": newest, "dropped": dropped})

    async def _tell(self, name: str, way: Way) -> None:
        kept = await self._get(_to(name)) or {}
        now = self._clock()
        items = [one for one in kept.get("items", ()) if now - _moment(one["at"]) < GIVEN_UP]
        due = kept.get("due")
        # Two messages are never nearer; nor further, where the clock was set back.
        later = _moment(due) if due else now
        if not items or now < later <= now + timedelta(minutes=PAUSES[-1]):
            return
        batch, dropped = items[:AT_ONCE], kept.get("dropped", 0)
        tries = 0
        try:
            await way.tell([_alert(one) for one in batch], dropped=dropped)
        except RemoteFailed as error:
            tries = kept.get("tries", 0) + 1
            pause = timedelta(minutes=PAUSES[min(tries, len(PAUSES)) - 1])
            log.warning("An alert was not told", way=name, why=str(error), again_in=str(pause))
            kept = {"items": items, "dropped": dropped, "tries": tries}
            await self._put(_to(name), {**kept, "due": (now + pause).isoformat()})
            return
        told = {one["id"] for one in batch}
        # More may have come meanwhile.
        kept = await self._get(_to(name)) or {}
        left = [one for one in kept.get("items", ()) if one["id"] not in told]
        due = (now + APART).isoformat()
        await self._put(_to(name), {"items": left, "dropped": 0, "tries": 0, "due": due})

    async def _get(self, key: str) -> Any:
        return await self._shelf.get(self._workspace, SHELF, key)

    async def _put(self, key: str, value: Any) -> None:
        await self._shelf.put(self._workspace, SHELF, key, value)


_SWITCHED_OFF = {
    "gone": ("его больше нет (410)", "it is gone (410)"),
    "silent": ("трое суток ничего не принимал", "it took nothing for three days"),
}
_PROMISES = {"first_response": "первый ответ", "update": "очередной ответ", "resolve": "решение"}


def _is_worse(now: Sequence[Any], before: Sequence[Any]) -> bool:
    """Whether it was switched off since, or misses more."""
    (why, dead), (known, told) = now, before
    return bool(why and why != known) or dead > told


def _to(name: str) -> str:
    return f"to {name}"


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


def _plain(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "event": alert.event,
        "at": alert.at.isoformat(),
        "text": alert.text,
        "data": dict(alert.data),
    }


def _alert(kept: Mapping[str, Any]) -> Alert:
    return Alert(
        id=kept["id"],
        event=kept["event"],
        at=_moment(kept["at"]),
        text=kept["text"],
        data=kept["data"],
    )
