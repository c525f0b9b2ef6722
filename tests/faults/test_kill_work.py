"""People register, make assistants, upload, pay and talk while the server is killed.

Nothing that was promised is lost, nothing is done twice, balances are exact, and what a kill left half
done the next start puts right. `EASYFLOW_KILLS` says how often it is killed.
"""

import asyncio
import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.people_at_work import BONUS, FIRST, TOP_UP, UNSURE, Somebody, rows, until
from tests.servers.easyflow import EasyFlow
from tests.servers.telegram import FakeTelegram
from tests.servers.yookassa import SECRET, SHOP_ID, FakeYooKassa

KILLS = int(os.environ.get("EASYFLOW_KILLS", "2"))
SEED = int(os.environ.get("EASYFLOW_SEED", "20261126"))
PEOPLE = 3
TOKENS = {f"{number}23456:ABC-{number}": f"bot_{number}" for number in range(1, PEOPLE + 1)}


async def test_what_was_promised_is_so_however_often_the_server_is_killed(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    with FakeTelegram.start(TOKENS) as telegram, FakeYooKassa.start() as shop:
        server = EasyFlow(
            tmp_path / "data",
            telegram__api_base=telegram.base,
            yookassa__shop_id=SHOP_ID,
            yookassa__secret=SECRET,
            yookassa__api_base=shop.base,
            log__level="warning",
        )
        people = [
            Somebody(server, shop, random.Random(chance.random()), f"p{number}", token)
            for number, token in enumerate(TOKENS)
        ]
        with server:
            for _ in range(KILLS):
                await _work(people, server, chance)
                server.start()
                for one in people:
                    if one.credential:
                        await asyncio.to_thread(one.again)
            server.kill()
            server.start()
            for one in people:
                if not one.credential:
                    await asyncio.to_thread(one.come)
                await asyncio.to_thread(one.again)
            await _documents_are_read(server)
            await _money_came(server, shop)
            for one in people:
                await asyncio.to_thread(check, one, server)
            check_all(server)


async def _work(people: list[Somebody], server: EasyFlow, chance: random.Random) -> None:
    """Until some of it is done; then the server is killed in the middle of the rest."""
    enough = sum(one.done for one in people) + chance.randint(15, 40)
    killed = threading.Event()
    with ThreadPoolExecutor(len(people)) as pool:
        working = [pool.submit(one.work, killed.is_set) for one in people]
        await until(lambda: sum(one.done for one in people) >= enough)
        await asyncio.sleep(chance.uniform(0, 0.05))
        server.kill()
        killed.set()
        for one in working:
            await asyncio.wrap_future(one)


async def _documents_are_read(server: EasyFlow) -> None:
    waiting = (
        "SELECT 1 FROM documents d JOIN assistants a ON a.id = d.assistant_id"
        " WHERE d.status = 'processing' AND a.deleted_at IS NULL"
    )
    await until(lambda: not rows(server.data, waiting))


async def _money_came(server: EasyFlow, shop: FakeYooKassa) -> None:
    """Every payment is told of, as the provider does; which of them are paid it says itself."""
    for payment in shop.payments:
        notice = {
            "type": "notification",
            "event": "payment.succeeded",
            "object": {"id": payment["id"], "status": "succeeded"},
        }
        await server.asked("POST", "/pay/yookassa", notice, key=None)


def check(one: Somebody, server: EasyFlow) -> None:
    for token in one.ended:
        assert one.ask("GET", "/api/users/me", key=token)[0] == 401
    check_assistants(one)
    check_documents(one)
    me = one.get("/api/users/me")["id"]
    ((workspace,),) = rows(server.data, "SELECT workspace FROM accounts WHERE id = ?", me)
    check_money(one, workspace)
    heard = (
        "SELECT count(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id"
        " WHERE c.workspace = ? AND c.chat_id = ? AND m.direction = 'inbound'"
    )
    for key in one.said:
        assert rows(server.data, heard, workspace, f"s-{key}") == [(1,)], key


def check_assistants(one: Somebody) -> None:
    there = {each["id"]: each for each in one.get("/api/assistants")}
    assert one.assistants.keys() <= there.keys()
    unsure = {each["name"] for id, each in there.items() if id not in one.assistants}
    maybe = {there[id]["name"] for id in one.maybe_gone if id in there}
    assert unsure <= {FIRST, *one.maybe_assistants, *maybe}
    for id, token in one.assistants.items():
        shown = there[id]["telegram_bot_token"]
        assert token == UNSURE or bool(shown) == bool(token), (id, token, shown)


def check_documents(one: Somebody) -> None:
    read = {each["id"]: each for each in one.get("/api/documents")}
    assert one.documents.keys() <= read.keys()
    assert {each["status"] for each in read.values()} <= {"completed"}
    assert all(each["chunks_count"] > 0 for each in read.values())


def check_money(one: Somebody, workspace: int) -> None:
    spent = "SELECT coalesce(sum(amount), 0) FROM ledger WHERE workspace = ? AND kind = 'debit'"
    ((charged,),) = rows(one.server.data, spent, workspace)
    kopecks = round(one.get("/api/balance")["balance"] * 100)
    assert kopecks == BONUS + len(one.paid) * TOP_UP + charged


ORPHANS = {
    "a balance that is not the sum of its ledger": "SELECT b.workspace FROM balances b JOIN ledger l"
    " ON l.workspace = b.workspace GROUP BY b.workspace HAVING sum(l.amount) <> b.amount",
    "a channel of no assistant": "SELECT name FROM channels WHERE origin = 'api' AND NOT EXISTS"
    " (SELECT 1 FROM assistants a WHERE a.channel = channels.name AND a.deleted_at IS NULL)",
    "an assistant without its channel": "SELECT id FROM assistants WHERE deleted_at IS NULL"
    " AND channel IS NOT NULL AND channel NOT IN (SELECT name FROM channels)",
    "a bot of no assistant": "SELECT bot FROM live_versions WHERE bot LIKE 'assistant.%' AND bot"
    " NOT IN (SELECT bot FROM assistants WHERE deleted_at IS NULL)",
    "a workspace of nobody": "SELECT id FROM workspaces WHERE id NOT IN"
    " (SELECT workspace FROM accounts)",
    "a passage of no document": "SELECT id FROM passages WHERE document_id IS NOT NULL"
    " AND document_id NOT IN (SELECT id FROM documents)",
}


def check_all(server: EasyFlow) -> None:
    """Nothing is an orphan, and every sum is that of its parts."""
    for what, query in ORPHANS.items():
        assert rows(server.data, query) == [], what
    known = {name for (name,) in rows(server.data, "SELECT file FROM documents")}
    assert {path.name for path in (server.data / "documents").glob("*.upload")} == known
    assert rows(server.data, "PRAGMA integrity_check") == [("ok",)]
