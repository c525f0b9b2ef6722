"""Albums while the server is killed in the middle of them: every picture once, each album answered once."""

import asyncio
import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson

from tests.servers.easyflow import SECRET, EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram
from tests.servers.telegram_happenings import attached

CHATS = 30
PARTS = 4
FIRST = 1000
BOT = "bot: Album\nlanguage: en\ntimezone: UTC\n"
FLOW = "flow: album\nwhen: [{sends: photo}]\nsteps:\n  thanks: [{say: thanks}]\n"


def refs(chat: int) -> list[str]:
    return [f"{chat}-{number}" for number in range(PARTS)]


async def test_no_picture_is_lost_or_doubled_while_the_server_is_killed(tmp_path: Path) -> None:
    chance = random.Random(20261125)
    _write_bot(tmp_path / "bots" / "album")
    with FakeTelegram.start() as telegram:
        server = EasyFlow(
            tmp_path / "data",
            bots=tmp_path / "bots",
            telegram__token=TOKEN,
            telegram__webhook_secret=SECRET,
            telegram__api_base=telegram.base,
            log__level="warning",
        )
        telegram.set_webhook(f"{server.base}/api/v1/messaging/webhook/telegram", SECRET)
        server.set(public_url=server.base)
        with server:
            for chat in range(FIRST, FIRST + CHATS):
                for ref in refs(chat):
                    update = attached(chat, "photo", ref, media_group_id=f"g{chat}")
                    telegram.update(update, copies=2 if chance.random() < 0.2 else 1)
                if chat % 10 == 5:
                    # While the albums of some chats wait, and others are half delivered.
                    await asyncio.sleep(chance.uniform(0.05, 0.9))
                    server.kill()
                    server.start()
            await telegram.settled(within=60)
            await _all_answered(telegram)
    albums = _kept(tmp_path / "data" / "easyflow.db")
    for chat in range(FIRST, FIRST + CHATS):
        kept = [ref for album in albums[str(chat)] for ref in album]
        assert sorted(kept) == refs(chat), f"chat {chat}: {albums[str(chat)]}"
    # A part that a kill kept away for long is heard as a late one, and answered with nothing.
    assert set(_answers(tmp_path / "data" / "easyflow.db").values()) == {1}


def _write_bot(folder: Path) -> None:
    (folder / "flows").mkdir(parents=True)
    (folder / "bot.yaml").write_text(BOT)
    (folder / "flows" / "album.yaml").write_text(FLOW)


async def _all_answered(telegram: FakeTelegram) -> None:
    for _ in range(600):
        told = {call.chat_id for call in telegram.calls("sendMessage")}
        if len(told) == CHATS:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{CHATS - len(told)} chats were not answered")


def _rows(path: Path, columns: str, direction: str) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        yield from connection.execute(
            f"SELECT c.chat_id, {columns} FROM messages m JOIN conversations c"
            " ON c.id = m.conversation_id WHERE m.direction = ? ORDER BY m.seq",
            (direction,),
        )


def _kept(path: Path) -> dict[str, list[list[str]]]:
    """Each chat's messages, as the pictures in them."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    for chat, parts in _rows(path, "m.parts", "inbound"):
        found[chat].append([one["ref"] for one in orjson.loads(parts)["attachments"]])
    return found


def _answers(path: Path) -> Counter[str]:
    return Counter(chat for chat, _ in _rows(path, "m.text", "outbound"))
