"""`python -m benchmarks.room`: how much disk a chat takes, on SQLite and on PostgreSQL, and so a month.

Customers go through the five-step dialog with a real server over a fake Telegram; then the database is
measured, once what it need not keep (rows that are sent, turns that are done) is as it will be.
"""

import argparse
import asyncio
import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import uvloop

from benchmarks import platform as telegram
from benchmarks.load import Load, saturate
from benchmarks.peers.postgres import answers, database
from benchmarks.platform import Person, Webhooks
from benchmarks.server import server

TURNS = 5
"""Messages of a customer in one dialog; each is answered by one."""

SIDE_BY_SIDE = 20


async def played(data: Path, chats: int, more: Mapping[str, str]) -> None:
    """So many customers go through the dialog once, twenty at a time."""
    loop = asyncio.get_running_loop()
    people = [Person(1_000_000 + number) for number in range(chats)]
    load = Load({person.chat: person for person in people})
    api = await loop.create_server(lambda: telegram.BotApi(load.answered), "127.0.0.1", 0)
    settings = {**telegram.settings(f"http://127.0.0.1:{api.sockets[0].getsockname()[1]}"), **more}
    async with server(data, settings) as (_, port):
        webhooks = Webhooks(port)
        for first in range(0, chats, SIDE_BY_SIDE):
            some = people[first : first + SIDE_BY_SIDE]
            load.people = {person.chat: person for person in some}
            await saturate(load, webhooks, len(some) * TURNS)
    api.close()


async def on_sqlite(chats: int) -> int:
    """Bytes of the file when it is packed, as a backup has it."""
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        data = Path(folder) / "data"
        await played(data, chats, {})
        connection = sqlite3.connect(data / "easyflow.db")
        connection.execute("VACUUM")
        connection.close()
        return (data / "easyflow.db").stat().st_size


async def on_postgres(chats: int) -> int:
    """Bytes of the database once it was vacuumed."""
    async with database() as place:
        with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
            data = Path(folder) / "data"
            await played(data, chats, {"EASYFLOW_DATABASE_URL": place.url})
        connection = await asyncpg.connect(place.url.replace("+asyncpg", ""))
        await connection.execute("VACUUM FULL")
        size: int = await connection.fetchval("SELECT pg_database_size(current_database())")
        await connection.close()
        return size


async def measured(few: int, many: int) -> None:
    """What more chats take more, so that what is there without any does not count."""
    print(
        f"{many:,} chats of {TURNS} messages and {TURNS} answers, without what an empty one takes\n"
    )
    print("| | a chat | 1,000,000 chats | a month of 1,000,000 chats a day |\n|---|---|---|---|")
    ways = [("SQLite", on_sqlite)]
    ways += [("PostgreSQL", on_postgres)] if answers() else []
    for name, way in ways:
        a_chat = (await way(many) - await way(few)) / (many - few)
        month = a_chat * 30 * 1e6
        shown = (
            f"{a_chat / 1024:.1f} KiB | {a_chat * 1e6 / 2**30:.1f} GiB | {month / 2**30:.0f} GiB"
        )
        print(f"| {name} | {shown} |", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.room", description=__doc__)
    options.add_argument("--few", type=int, default=500)
    options.add_argument("--chats", type=int, default=4000)
    given = options.parse_args()
    uvloop.run(measured(given.few, given.chats))


if __name__ == "__main__":
    main()
