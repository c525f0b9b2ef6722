"""Which workspaces there are, for whoever serves all of them."""

from sqlalchemy.ext.asyncio import AsyncEngine


class SqlWorkspaces:
    """Reads alone: accounts open them."""

    def __init__(self, reader: AsyncEngine) -> None:
        self._reader = reader

    async def ids(self) -> list[int]:
        """All of them, the owner's first."""
        async with self._reader.connect() as connection:
            found = await connection.exec_driver_sql("SELECT id FROM workspaces ORDER BY id")
            return [row[0] for row in found]

    async def with_groups(self) -> list[int]:
        """Those whose operators answer in groups."""
        query = "SELECT DISTINCT workspace FROM desk_groups ORDER BY workspace"
        async with self._reader.connect() as connection:
            return [row[0] for row in await connection.exec_driver_sql(query)]
