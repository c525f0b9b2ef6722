"""Everybody who signs in, for the server's administrator."""

from dataclasses import replace

from bots.model.census import Person
from bots.ports import Census as Store


class Census:
    """A workspace that no money has moved in yet is shown with the bonus it begins with."""

    def __init__(self, store: Store, *, bonus: int) -> None:
        self._store = store
        self._bonus = bonus

    async def people(self, search: str, *, limit: int, offset: int) -> tuple[list[Person], int]:
        """A page of those whose e-mail or name holds `search`, and how many there are in all."""
        found, total = await self._store.people(search.strip(), limit=limit, offset=offset)
        opened = [
            one if one.balance is not None else replace(one, balance=self._bonus) for one in found
        ]
        return opened, total
