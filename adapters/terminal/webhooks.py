"""`webhooks`: addresses told of events, said from beside the server, which follows within a second."""

import json
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.terminal.leaving import Refused
from adapters.terminal.speaking import Speaking
from adapters.terminal.tables import show_table
from bots.errors import Conflict, Invalid, NotFound, Unavailable
from bots.model.webhook import KNOWN, Attempt, Endpoint, Health
from bots.services.webhooks import Kept, Webhooks
from flows.script_nodes import Told

_STATES = {
    "active": Told("работает", "active"),
    "paused": Told("приостановлен", "paused"),
    "disabled": Told("выключен", "switched off"),
}
_WHY = {"gone": "410", "silent": "72 h"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookCommands(Speaking):
    """Endpoints as somebody types them; `environ` is where a secret of one's own is taken from."""

    webhooks: Webhooks
    workspace: int
    environ: Mapping[str, str]

    async def do(self, given: Namespace) -> int:
        """What was typed. Raises Refused."""
        try:
            return await self._do(given)
        except NotFound as missing:
            raise Refused(
                self._said(
                    f"Вебхука {missing.id} нет: python run.py webhooks list",
                    f"There is no webhook {missing.id}: python run.py webhooks list",
                )
            ) from None
        except Invalid as wrong:
            names = f"\n{', '.join(KNOWN)}" if wrong.among else ""
            raise Refused(f"{wrong}{names}") from None
        except (Conflict, Unavailable) as problem:
            raise Refused(str(problem)) from None

    async def _do(self, given: Namespace) -> int:
        match given.verb:
            case "add":
                return await self.add(given.url, given.events, given.name, given.secret_from)
            case "remove":
                return await self.remove(given.id)
            case "rotate":
                return await self.rotate(given.id, given.secret_from)
            case "pause":
                return await self.pause(given.id)
            case "resume":
                return await self.resume(given.id, skip=given.skip)
            case "test":
                return await self.test(given.id)
            case "log":
                return await self.log(given.id, as_json=given.json)
            case "redeliver":
                return await self.redeliver(given.id)
            case _:
                return await self.show(as_json=given.json)

    async def show(self, *, as_json: bool = False) -> int:
        """Every endpoint of the workspace, and how it fares."""
        found = await self.webhooks.all(self.workspace)
        health = await self.webhooks.health(self.workspace)
        if as_json:
            facts = [_facts(one, health.get(one.id)) for one in found]
            self._say(json.dumps(facts, ensure_ascii=False, indent=2))
            return 0
        if not found:
            self._tell(
                "Вебхуков нет: python run.py webhooks add https://…",
                "No webhooks: python run.py webhooks add https://…",
            )
            return 0
        heading = Told(
            "№ адрес события состояние принял отложено пропало",
            "id address events state taken aside missed",
        )
        rows = [heading.by(self.language).split()]
        rows += [self._row(one, health.get(one.id)) for one in found]
        show_table(rows, self.out, right=(5, 6))
        return 0

    async def add(self, url: str, events: Sequence[str], name: str, secret_from: str | None) -> int:
        """A new one, its secret shown once."""
        kept = await self.webhooks.add(
            self.workspace,
            url=url,
            events=_split(events) or ["*"],
            secret=self._secret(secret_from),
            name=name,
        )
        self._tell(
            f"Вебхук {kept.endpoint.id} добавлен.", f"The webhook {kept.endpoint.id} is added."
        )
        self._show_secret(kept, secret_from)
        return 0

    async def rotate(self, id: str, secret_from: str | None) -> int:
        """A new secret, shown once."""
        endpoint = await self._named(id)
        kept = await self.webhooks.rotate(self.workspace, endpoint.id, self._secret(secret_from))
        self._show_secret(kept, secret_from)
        self._tell(
            "Прежний секрет действует ещё сутки: события подписаны обоими.",
            "The secret of before is good for another day: events are signed with both.",
        )
        return 0

    async def remove(self, id: str) -> int:
        """It is told nothing more."""
        endpoint = await self._named(id)
        await self.webhooks.remove(self.workspace, endpoint.id)
        self._tell(f"Вебхук {endpoint.url} удалён.", f"The webhook {endpoint.url} is removed.")
        return 0

    async def pause(self, id: str) -> int:
        """Nothing is told until it is resumed."""
        endpoint = await self._named(id)
        await self.webhooks.pause(self.workspace, endpoint.id)
        self._tell(
            f"Вебхук {endpoint.url} приостановлен; событие ждут: webhooks resume.",
            f"The webhook {endpoint.url} is paused; events wait: webhooks resume.",
        )
        return 0

    async def resume(self, id: str, *, skip: bool) -> int:
        """It is told what happened meanwhile, or only what happens from now on."""
        endpoint = await self._named(id)
        await self.webhooks.resume(self.workspace, endpoint.id, skip=skip)
        self._tell(f"Вебхук {endpoint.url} работает.", f"The webhook {endpoint.url} is active.")
        return 0

    async def test(self, id: str) -> int:
        """One call at once; 1 where it was not taken."""
        endpoint = await self._named(id)
        attempt = await self.webhooks.test(self.workspace, endpoint.id)
        answer = attempt.error or f"{attempt.status}"
        self._tell(
            f"{endpoint.url}: {answer}, {attempt.took} мс",
            f"{endpoint.url}: {answer}, {attempt.took} ms",
        )
        return 1 if attempt.error else 0

    async def log(self, id: str, *, as_json: bool = False) -> int:
        """Its last calls, the newest first."""
        endpoint = await self._named(id)
        calls = await self.webhooks.log(self.workspace, endpoint.id)
        if as_json:
            self._say(json.dumps([_call(one) for one in calls], ensure_ascii=False, indent=2))
            return 0
        heading = Told("когда событие ответ мс попытка id", "when event answer ms try id")
        rows = [heading.by(self.language).split()]
        for one in calls:
            when = f"{one.at.astimezone():%Y-%m-%d %H:%M:%S}"
            answer = one.error or str(one.status)
            rows.append([when, one.event, answer, str(one.took), str(one.tries), one.id])
        show_table(rows, self.out, right=(3, 4))
        return 0

    async def redeliver(self, id: str) -> int:
        """What was given up is told once more."""
        endpoint = await self._named(id)
        again = await self.webhooks.redeliver(self.workspace, endpoint.id)
        self._tell(f"Будет послано ещё раз: {again}.", f"To be sent once more: {again}.")
        return 0

    async def _named(self, id: str) -> Endpoint:
        """By its id or how that begins, or by its address. Raises Refused, NotFound."""
        found = [
            one
            for one in await self.webhooks.all(self.workspace)
            if one.id.startswith(id.removeprefix("webhook_")) or one.url == id
        ]
        if len(found) > 1:
            raise Refused(
                self._said(
                    f"Под {id} подходит несколько: {', '.join(one.id for one in found)}",
                    f"Several are meant by {id}: {', '.join(one.id for one in found)}",
                )
            )
        if not found:
            raise NotFound("webhook", id)
        return found[0]

    def _secret(self, variable: str | None) -> str:
        """What stands in a variable: a secret on the command line would be seen by others."""
        if variable is None:
            return ""
        secret = self.environ.get(variable, "")
        if not secret:
            raise Refused(
                self._said(
                    f"Переменной {variable} нет или она пуста.",
                    f"There is no variable {variable}, or it is empty.",
                )
            )
        return secret

    def _show_secret(self, kept: Kept, secret_from: str | None) -> None:
        if secret_from is None:
            self._tell(
                f"Секрет (показан один раз): {kept.secret}",
                f"Secret (shown once): {kept.secret}",
            )

    def _row(self, one: Endpoint, health: Health | None) -> list[str]:
        state = _STATES[one.state].by(self.language)
        if one.state == "disabled":
            state = f"{state} ({_WHY.get(one.why, one.why)})"
        elif one.tries:
            state = f"{state}: {one.error}"
        never = self._said("никогда", "never")
        return [
            one.id,
            one.url,
            " ".join(one.events),
            state,
            f"{one.taken_at.astimezone():%Y-%m-%d %H:%M}" if one.taken_at else never,
            str(health.aside if health else 0),
            str(health.dead if health else 0),
        ]


def _split(events: Sequence[str]) -> list[str]:
    return [name.strip() for part in events for name in part.split(",") if name.strip()]


def _moment(one: datetime | None) -> str | None:
    return one.isoformat() if one else None


def _facts(one: Endpoint, health: Health | None) -> dict[str, object]:
    return {
        "id": one.id,
        "url": one.url,
        "name": one.name,
        "events": list(one.events),
        "state": one.state,
        "why": one.why,
        "error": one.error,
        "tries": one.tries,
        "failing_since": _moment(one.failing_since),
        "retry_at": _moment(one.retry_at),
        "taken_at": _moment(one.taken_at),
        "created_at": _moment(one.created_at),
        "aside": health.aside if health else 0,
        "missed": health.dead if health else 0,
    }


def _call(one: Attempt) -> dict[str, object]:
    return {
        "at": _moment(one.at),
        "event": one.event,
        "id": one.id,
        "status": one.status,
        "error": one.error,
        "took": one.took,
        "try": one.tries,
    }
