"""`python -m benchmarks.memory`: what a quiet conversation costs that this process knows."""

import time
import tracemalloc
from datetime import UTC, datetime

import msgspec

from bots.model.conversation import Conversation
from bots.model.message import Address
from storage.known import Known

KNOWN = 50_000
AIM = 1000
"""Bytes a conversation at most."""

POSITION = (
    b'{"counter": 5, "stack": [{"id": 3, "flow": "order", "version": "4f1c0a2be377", "step": "phone",'
    b' "at": 7, "vars": {}, "wait": {"kind": "ask", "id": "4", "tries": 1,'
    b' "signature": ["phone", "user.phone", "phone"]}}], "met": true, "heard": 1772442000.123,'
    b' "expiry": 1772528400.0, "message": "no idea", "offers": {}, "last": []}'
)


def conversation(number: int) -> Conversation:
    """One amid an order, nothing of it shared with others, as a turn leaves it."""
    now = datetime.now(UTC)
    name = f"Анна {number}"
    return Conversation(
        id=number,
        uuid=f"{number:032x}",
        address=Address(1, "order", "telegram:1000000001", str(number)),
        platform="telegram",
        user_id=str(number),
        customer_id=number,
        created_at=now,
        updated_at=now,
        heard_at=now,
        position=msgspec.json.decode(POSITION),
        user={"name": name, "phone": f"+7999{number % 10**7:07}"},
        profile={"name": name, "language": "ru"},
        step="order.phone",
        claim=1,
        seq=20,
    )


def main() -> None:
    known = Known(KNOWN)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(10**9, 10**9 + KNOWN):
        known.keep(conversation(number))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    each = (after - before) / KNOWN
    print(f"{KNOWN} conversations known")
    print(f"  {each:.0f} bytes each, at most {AIM}: {'holds' if each <= AIM else 'DOES NOT HOLD'}")
    began = time.process_time()
    for number in range(10**9, 10**9 + 10_000):
        known.get(Address(1, "order", "telegram:1000000001", str(number)))
    each = (time.process_time() - began) / 10_000 * 1e6
    print(f"  {each:.1f} us of CPU to unpack one and pack another")


if __name__ == "__main__":
    main()
