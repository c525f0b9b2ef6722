"""A fake platform as a process of its own: its options, where it says it listens, when it ends."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable

from tests.servers.tiny_http import Request, Response, serve


class Platform:
    """What is played; each fake fills it in."""

    def handle(self, request: Request) -> Response | Awaitable[Response | None] | None:
        raise NotImplementedError

    def at(self, base: str) -> None:
        """Where it listens, for those whose answers hold addresses; `base` ends with a slash."""

    async def close(self) -> None:
        """Let nothing run on."""


def options(name: str, option: str, meaning: str) -> argparse.Namespace:
    """What the command line says; `option` may be given more than once."""
    parser = argparse.ArgumentParser(description=f"A fake {name} server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(option, action="append", help=f"{meaning}, more than once")
    parser.add_argument("--quiet", action="store_true", help="count calls, check nothing")
    parser.add_argument("--with-parent", action="store_true", help="end when stdin is closed")
    return parser.parse_args()


async def play(name: str, made: Callable[[], Platform], given: argparse.Namespace) -> None:
    """Answer until a signal comes or, with --with-parent, the parent is gone."""
    fake = made()
    server = await serve(fake.handle, port=given.port)
    fake.at(server.url)
    print(f"Fake {name} on {server.url.rstrip('/')}", flush=True)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if given.with_parent:
        # Nothing is ever written there: it becomes readable when the parent is gone.
        loop.add_reader(sys.stdin, ended.set)
    await ended.wait()
    await fake.close()
    await server.close()
