"""Small JSON things by name."""

from typing import Any

import pytest

from storage.stores import Stores


@pytest.mark.parametrize(
    "value",
    [{"a": [1, 2.5, None, "я"]}, [], {}, "text", 0, False, 2**70 + 1, [{"deep": {"er": []}}]],
)
async def test_what_is_put_is_got(stores: Stores, value: Any) -> None:
    await stores.shelf.put(1, "files", "one", value)
    assert await stores.shelf.get(1, "files", "one") == value


async def test_putting_again_replaces(stores: Stores) -> None:
    await stores.shelf.put(1, "orders", "12345", {"status": "new"})
    await stores.shelf.put(1, "orders", "12345", {"status": "sent"})
    assert await stores.shelf.all(1, "orders") == {"12345": {"status": "sent"}}


async def test_shelves_and_workspaces_are_apart(stores: Stores) -> None:
    await stores.shelf.put(1, "orders", "b", 2)
    await stores.shelf.put(1, "orders", "a", 1)
    await stores.shelf.put(1, "files", "c", 3)
    await stores.shelf.put(2, "orders", "d", 4)
    assert await stores.shelf.all(1, "orders") == {"a": 1, "b": 2}
    assert await stores.shelf.get(2, "orders", "a") is None
    assert await stores.shelf.all(3, "orders") == {}
