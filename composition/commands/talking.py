"""`chat`: a bot in the terminal, over the real machinery in a folder that goes with it."""

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from adapters.terminal import recording
from adapters.terminal.chat import Talk
from adapters.terminal.folders import named_or_at
from adapters.terminal.leaving import stop
from adapters.terminal.screen import CHANNEL, NoMeter, Screen
from bots.inside import Inside
from bots.tape import Tape
from composition.bots import company_of, load_all
from composition.building import build
from composition.here import now
from composition.money import pay_at
from config.settings import Settings


async def chat(settings: Settings, given: argparse.Namespace) -> None:
    """Talk to a bot in the terminal; no server is needed, and nothing of it is shared with one."""
    wanted, path = named_or_at(given.bot)
    bots = load_all(settings, path)
    name = wanted or settings.bot_among(bots)
    if name not in bots:
        stop(f"There is no bot «{name}» in {settings.bots_dir}; there are: {', '.join(bots)}.")
    folder, loaded = bots[name]
    bot_of_name, tape = loaded.bot, Tape()
    inside = Inside(bot_of_name.language)

    screen = Screen(sys.stdout, title=bot_of_name.title, language=bot_of_name.language)
    with tempfile.TemporaryDirectory(prefix="easyflow-chat-") as data:
        apart = settings.model_copy(update={"data_dir": Path(data), "database_url": None})
        house = await build(
            apart,
            bots,
            meter=NoMeter(),
            channels={CHANNEL: screen},
            listeners=[inside, screen],
            tape=tape,
        )
        await house.start()
        talk = Talk(
            inbox=house.inbox,
            screen=screen,
            bot=name,
            workspace=house.workspace,
            person="you",
            clock=now,
            new_id=house.new_id,
            inside=inside,
            keep=recording.Keeper(
                folder=folder.path,
                company=partial(company_of, settings, folder),
                tape=tape,
                clock=now,
            ).keep,
            record=given.record,
            pays=partial(pay_at, house),
        )
        try:
            await talk.run(sys.stdin)
        finally:
            await house.close(2)
