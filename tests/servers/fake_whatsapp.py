"""A fake WhatsApp Cloud API (Graph API) server in a process of its own.

    python -m tests.servers.fake_whatsapp --port 0 --phone 106540352242922:102290129340398=TOKEN

It is steered over HTTP: GET /__calls, /__state, /__screen; POST /__script, /__update, /__file,
/__clock, /__limits, /__template, /__webhook, /__statuses, /__open, /__reset.
tests/servers/whatsapp.py wraps that for tests. With --quiet it keeps of a call only when it came,
its method and its chat, and checks nothing.
"""

import uvloop

from tests.servers.alone import options, play
from tests.servers.fake_graph import FakeGraph
from tests.servers.graph_api import Phone

DEFAULT_PHONE = "106540352242922:102290129340398=EAATEST-TOKEN"
FIRST_NUMBER = 15550783881


def _phone(given: str, place: int) -> Phone:
    ids, _, token = given.partition("=")
    phone_id, _, waba = ids.partition(":")
    digits = str(FIRST_NUMBER + place)
    return Phone(phone_id, token, waba, f"+{digits[0]} {digits[1:4]}-{digits[4:7]}-{digits[7:]}")


def main() -> None:
    given = options("Graph API", "--phone", "<phone id>:<account id>=<token>")
    phones = [_phone(phone, i) for i, phone in enumerate(given.phone or [DEFAULT_PHONE])]
    uvloop.run(play("Graph API", lambda: FakeGraph(phones, quiet=given.quiet), given))


if __name__ == "__main__":
    main()
