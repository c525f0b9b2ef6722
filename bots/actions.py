"""Carrying out what a flow asks for: actions and the meaning of a text, as inputs of the next step."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

import structlog

from bots.errors import ActionFailed, Unavailable
from bots.model.message import Address
from bots.model.turn import Intent
from bots.ports import Actions, Meter, Secrets, Understanding
from flows.hidden import HIDDEN, Unset, masked, revealed
from flows.turn import Chosen, Happened, Returned, Run, Understand

log = structlog.get_logger()

LONGEST_QUICK = 10.0
"""Seconds that an action inside a turn may take, whatever the flow allows: the chat waits."""

SHOWN = 300
"""Characters of what an action was given and gave that are remembered of it."""


def acted(wanted: Run | Intent, returned: Returned, seconds: float) -> Happened:
    """For whoever looks later at what a chat went through; secrets are in it by their names."""
    given = {name: value for name, value in wanted.arguments.items() if name != HIDDEN}
    data = {"action": wanted.action, "seconds": round(seconds, 3), "given": _short(given)}
    came = {"gave": _short(returned.value)} if returned.failed is None else {}
    failed = {} if returned.failed is None else {"failed": returned.failed}
    return Happened(name="action", data={**data, **came, **failed})


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


class Performer:
    """Runs actions and always comes back with an answer for the engine."""

    def __init__(
        self,
        actions: Actions,
        understanding: Understanding,
        meter: Meter,
        secrets: Secrets = lambda name: None,
        *,
        of: int | None = None,
    ) -> None:
        """`of` is the workspace whose bots are given `secrets`, None where there is but one."""
        self._actions = actions
        self._secrets = secrets
        self._of = of
        self._understanding = understanding
        self._meter = meter

    async def run(self, run: Run, *, address: Address, key: str) -> Returned:
        """Carry out a quick action within the turn."""
        timeout = min(run.timeout, LONGEST_QUICK)
        for _ in range(run.retries + 1):
            returned, transient = await self._tried(
                run.wait, run.action, run.arguments, address, key, timeout
            )
            if not transient:
                break
        return returned

    async def carry_out(self, intent: Intent) -> tuple[Returned, bool]:
        """Carry out a slow action once; the flag says that trying again may help."""
        return await self._tried(
            intent.wait_id,
            intent.action,
            intent.arguments,
            intent.address,
            intent.key,
            intent.timeout,
        )

    async def understand(self, asked: Understand, *, language: str) -> Chosen:
        """Find the meaning of a text; when that fails, it has none."""
        try:
            async with asyncio.timeout(LONGEST_QUICK):
                ranked = await self._understanding.choose(
                    asked.text, asked.candidates, question=asked.question, language=language
                )
        except Exception:
            log.exception("Understanding failed")
            ranked = ()
        return Chosen(wait=asked.wait, ranked=tuple(ranked))

    async def _tried(
        self,
        wait: str,
        action: str,
        arguments: Mapping[str, Any],
        address: Address,
        key: str,
        seconds: float,
    ) -> tuple[Returned, bool]:
        transient, outcome = True, "failed"
        secrets: list[str] = []
        began = time.perf_counter()
        try:
            ours = self._of in (None, address.workspace)
            given, secrets = revealed(arguments, self._secrets if ours else _none)
            async with asyncio.timeout(seconds):
                value = await self._actions.run(action, given, address=address, key=key)
            self._meter.acted(action, "done", time.perf_counter() - began)
            return Returned(wait=wait, value=masked(_storable(value), secrets)), False
        except ActionFailed as failure:
            reason, transient = str(failure), failure.transient
        except Unavailable as outage:
            reason = str(outage)
        except TimeoutError:
            reason, outcome = f"no answer within {seconds:g} s", "late"
        except Unset as unset:
            reason, transient = str(unset), False
        except Exception:
            # An owner's or a library's bug must reach the flow's `failed`, not kill it.
            log.exception("An action raised", action=action, bot=address.bot)
            reason, transient = "an error inside the action", False
        reason = masked(_storable(reason), secrets)
        self._meter.acted(action, outcome, time.perf_counter() - began)
        log.warning("An action failed", action=action, bot=address.bot, reason=reason)
        return Returned(wait=wait, failed=reason), transient


def _none(name: str) -> None:
    """Whoever's bot it is, the secrets of another workspace are not there for it."""


def _storable(value: Any) -> Any:
    """The same without halves of surrogate pairs: some charsets yield them, and no store takes them.

    A result that cannot be written would be asked for again and again, and its chat would wait.
    """
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_storable(name): _storable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    return value
