"""`doctor`: what is wrong with this installation."""

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from adapters.messenger_catalogue import messengers
from adapters.messengers.telegram.standing import standing
from adapters.reaching import PATIENCE, leads_here, reached, redis_trouble
from adapters.terminal.backup_note import last_backup
from adapters.terminal.doctor import tell
from adapters.terminal.examining.around import Around, Surroundings
from adapters.terminal.examining.finding import Speech
from adapters.terminal.examining.inside import Inside
from adapters.terminal.examining.outside import Outside
from adapters.terminal.leaving import stop
from adapters.terminal.readiness import asked_ready
from adapters.wire import Wire
from bots.model.checkup import Kept, Standing
from composition.bots import written
from composition.channels import WEBHOOKS
from composition.here import ENV_FILE, VERSION, now
from composition.live import spoken
from config.channels import declared
from config.keys import keys_at_hand
from config.settings import Settings
from storage.checkup import look_at
from storage.opening import in_use
from storage.vault import KeyRing

MOST_ASKED = 20
"""Accounts whose messengers the doctor asks."""


async def doctor(settings: Settings, given: argparse.Namespace) -> int:
    """What is wrong with this installation; 1 where anything is."""
    place = settings.database
    kept, troubles = await looked_at(settings, deep=given.deep)
    if isinstance(place, Path):
        running = place.exists() and in_use(place)
        ready = asked_ready(settings.http.host, settings.http.port) if running else None
    else:
        ready = asked_ready(settings.http.host, settings.http.port)
        running = ready is not None or bool(kept and kept.processes)
    wire, standings, answers = Wire(timeout=PATIENCE), [], None
    try:
        if kept is not None and not given.offline:
            standings = await asked_messengers(settings, kept, wire)
            if settings.public_url is not None:
                answers = await leads_here(settings.public_url, wire=wire)
    finally:
        await wire.close()
    moment = now()
    hosts = {one.host for one in kept.processes} if kept is not None else set()
    around = Around(
        data=settings.data_dir,
        bots_dir=settings.bots_dir,
        database=place if isinstance(place, Path) else None,
        now=moment,
        running=running,
        ready=ready,
        bots=written(settings).mistakes(),
        public_url=settings.public_url,
        answers=answers,
        telegram=any(one.platform == "telegram" for one in standings),
        elsewhere=tuple(sorted(hosts - {socket.gethostname()})),
        backed_up=last_backup(settings.data_dir),
        since=kept.since if kept is not None else None,
        troubles=troubles,
    )
    said = Speech(given.language or language_of(settings, troubles))
    findings = list(Surroundings(around, said).findings())
    if kept is not None:
        inside = Inside(kept, said, now=moment, running=running, version=VERSION)
        url = settings.public_url
        outside = Outside(
            standings=standings,
            webhook=f"{url}{WEBHOOKS}telegram" if url else None,
            running=running,
            now=moment,
            said=said,
        )
        findings += [*inside.findings(), *outside.findings()]
    return tell(findings, sys.stdout)


def language_of(settings: Settings, troubles: Mapping[str, str]) -> str:
    """The owner's, where the database can tell of it."""
    return "ru" if troubles.get("PostgreSQL") else spoken(settings)


async def looked_at(settings: Settings, *, deep: bool) -> tuple[Kept | None, dict[str, str]]:
    """What the database says, None where there is none; what cannot be reached of what was named."""
    place, troubles = settings.database, {}
    vault = KeyRing(partial(keys_at_hand, settings))
    kept = None
    try:
        if not isinstance(place, Path):
            from storage.postgres.checkup import look_at_postgres

            kept = await look_at_postgres(place, now(), vault)
            troubles["PostgreSQL"] = ""
        elif place.exists():
            kept = look_at(place, now(), vault, deep=deep)
    except ModuleNotFoundError as missing:
        troubles["PostgreSQL"] = f"{missing.name} is not installed: make run EXTRAS=scale"
    except OSError as error:
        if isinstance(place, Path):
            stop(f"The database cannot be read: {error.strerror or error}")
        troubles["PostgreSQL"] = str(error)
    if settings.redis_url is not None:
        troubles["Redis"] = await redis_trouble(settings.redis_url)
    return kept, troubles


async def asked_messengers(settings: Settings, kept: Kept, wire: Wire) -> list[Standing]:
    """How accounts stand, those of Telegram by their tokens; other messengers answer or they do not."""
    written_down = declared(
        settings,
        written(settings).channels(),
        messengers(),
        workspace=1,
        environ=os.environ,
        env_file=ENV_FILE,
    )
    accounts = [(one.platform, one.credentials or {}) for one in kept.accounts]
    accounts += [(one.platform, one.credentials or {}) for one in written_down.records]
    tokens = {given["token"] for platform, given in accounts if platform == "telegram" if given}
    bases = settings.api_bases
    others = {platform for platform, _ in accounts if platform in bases} - {"telegram"}
    asked = [
        standing(token, bases["telegram"], wire=wire, clock=now)
        for token in sorted(tokens)[:MOST_ASKED]
    ]
    asked += [reached(name, bases[name], wire=wire, clock=now) for name in sorted(others)]
    return list(await asyncio.gather(*asked))
