"""Easy Flow's entry: the commands, and what a start needs before anything of ours can be imported."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

if find_spec("structlog") is None:
    # `make run` put the libraries into .venv: whoever typed `python run.py chat` means that Python.
    venv = Path(__file__).resolve().parent / ".venv"
    python = venv / "bin" / "python"
    if Path(sys.prefix).resolve() == venv.resolve() or not python.exists():
        raise SystemExit("The libraries are not installed yet: `make run` installs them.")
    os.execv(python, [str(python), *sys.argv])

import argparse
import asyncio
import signal
from collections.abc import Callable, Coroutine, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from adapters.terminal.arguments import arguments

if TYPE_CHECKING:
    from config.settings import Settings

COMMANDS: Mapping[str, str] = {
    "check": "commands.bot_folders:check",
    "test": "commands.bot_folders:test",
    "fmt": "commands.bot_folders:fmt",
    "schema": "commands.bot_folders:schema",
    "actions": "commands.bot_folders:actions",
    "init": "commands.bot_folders:init",
    "draw": "commands.bot_folders:draw",
    "publish": "commands.publishing:publish_bots",
    "pack": "commands.bot_folders:pack",
    "unpack": "commands.bot_folders:unpack",
    "i18n": "commands.bot_folders:translations",
    "trace": "commands.history:trace",
    "channels": "commands.channels:channels_typed",
    "operators": "commands.people:operators_typed",
    "desk": "commands.people:desk_typed",
    "report": "commands.history:report",
    "users": "commands.people:users_typed",
    "keys": "commands.people:keys_typed",
    "webhooks": "commands.channels:webhooks_typed",
    "person": "commands.people:person",
    "doctor": "commands.doctor:doctor",
    "backup": "commands.keeping:backup",
    "restore": "commands.keeping:restore",
    "move": "commands.keeping:move",
    "versions": "commands.publishing:versions",
    "chat": "commands.talking:chat",
    "work": "working:work",
}
"""What may be typed, and where in `composition` it is; nothing is typed: serve."""

LISTS = frozenset(
    [
        "check",
        "test",
        "draw",
        "schema",
        "trace",
        "versions",
        "i18n",
        "operators",
        "desk",
        "report",
        "users",
        "keys",
        "webhooks",
        "doctor",
    ]
)
"""What is often read by `| head`."""

Command = Callable[["Settings", argparse.Namespace], int | None | Coroutine[Any, Any, int | None]]


def command_of(name: str) -> Command:
    """What a command does. Only its own part of the house is imported: a check need not wait for HTTP."""
    module, function = COMMANDS[name].split(":")
    command: Command = getattr(import_module(f"composition.{module}"), function)
    return command


def main() -> None:
    """Do what the command line says."""
    given = arguments()

    from adapters.terminal.leaving import Refused, stop
    from composition.settings import settings_or_stop

    # What customers wrote is for nobody else on this machine to read.
    os.umask(0o077)
    settings = settings_or_stop()
    if given.command in LISTS and hasattr(signal, "SIGPIPE"):
        # `| head` closes the pipe early; that is no mistake of anybody's.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if given.command not in COMMANDS:
        import uvloop

        from composition.serving import serve

        uvloop.run(serve(settings))
        return
    try:
        done = command_of(given.command)(settings, given)
        if done is None or isinstance(done, int):
            raise SystemExit(done)
        if given.command == "work":
            import uvloop

            raise SystemExit(uvloop.run(done))
        raise SystemExit(asyncio.run(done))
    except Refused as refused:
        stop(str(refused))
    except KeyboardInterrupt:
        # Ctrl-C is a way to leave a talk like any other.
        if given.command != "chat":
            raise


if __name__ == "__main__":
    main()
