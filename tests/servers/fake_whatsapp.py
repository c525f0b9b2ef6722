"""A fake WhatsApp Cloud API (Graph API) server in a process of its own.

    python -m tests.servers.fake_whatsapp --port 0 --phone 106540352242922:102290129340398=TOKEN

It is steered over HTTP: GET /__calls, /__state, /__screen; POST /__script, /__update, /__file,
/__clock, /__limits, /__template, /__webhook, /__statuses, /__open, /__reset.
tests/servers/whatsapp.py wraps that for tests. With --quiet it keeps of a call only when it came,
its method and its chat, and checks nothing.
"""

import argparse
import asyncio
import signal
import sys

import uvloop

from tests.servers.fake_graph import FakeGraph
from tests.servers.graph_api import Phone
from tests.servers.tiny_http import serve

DEFAULT_PHONE = "106540352242922:102290129340398=EAATEST-TOKEN"
FIRST_NUMBER = 15550783881


def _phone(given: str, place: int) -> Phone:
    ids, _, token = given.partition("=")
    phone_id, _, waba = ids.partition(":")
    digits = str(FIRST_NUMBER + place)
    return Phone(phone_id, token, waba, f"+{digits[0]} {digits[1:4]}-{digits[4:7]}-{digits[7:]}")


async def _main(arguments: argparse.Namespace) -> None:
    given = arguments.phone or [DEFAULT_PHONE]
    fake = FakeGraph([_phone(phone, i) for i, phone in enumerate(given)], quiet=arguments.quiet)
    server = await serve(fake.handle, port=arguments.port)
    fake.api.base = server.url.rstrip("/")
    print(f"Fake Graph API on {fake.api.base}", flush=True)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if arguments.with_parent:
        # Nothing is ever written there: it becomes readable when the parent is gone.
        loop.add_reader(sys.stdin, ended.set)
    await ended.wait()
    await fake.close()
    await server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="A fake WhatsApp Cloud API server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--phone", action="append", help="<phone id>:<account id>=<token>, often")
    parser.add_argument("--quiet", action="store_true", help="count calls, check nothing")
    parser.add_argument("--with-parent", action="store_true", help="end when stdin is closed")
    uvloop.run(_main(parser.parse_args()))


if __name__ == "__main__":
    main()
