"""The program that test_crash.py kills: it talks in many chats and says what was acknowledged."""

import asyncio
import itertools
import sys
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bots.model.message import Address
from bots.model.turn import TurnRecord
from storage.sqlite import open_sqlite
from storage.stores import Stores
from tests.storage.samples import OPENING, heard, message, outgoing, said


async def main() -> None:
    path, round_number = Path(sys.argv[1]), sys.argv[2]
    stores = await open_sqlite(
        path, new_id=lambda: uuid.uuid4().hex, clock=lambda: datetime.now(UTC)
    )
    await asyncio.gather(*(talk(stores, chat, round_number) for chat in range(20)))


async def talk(stores: Stores, chat: int, round_number: str) -> None:
    address = Address(1, "shop", "web", str(chat))
    for number in itertools.count():
        name = f"{round_number}.{chat}.{number}"
        (arrival,) = await stores.journal.accept([message(name, address)])
        print("accepted", name)
        conversation = await stores.journal.claim(address, replace(OPENING, user_id=str(chat)))
        seq = conversation.seq
        row = outgoing(conversation, seq + 2, key=f"said-{name}:0", message_id=f"said-{name}")
        await stores.journal.commit(
            TurnRecord(
                conversation=replace(conversation, seq=seq + 2),
                arrivals=(arrival.seq,),
                messages=[heard(seq + 1, f"heard-{name}"), said(seq + 2, f"said-{name}")],
                outgoing=[row],
            )
        )
        print("committed", name)


asyncio.run(main())
