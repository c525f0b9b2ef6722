"""`move`: everything that is kept into another database, and what to do then."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TextIO

from adapters.terminal.colours import harmless
from adapters.terminal.tables import show_table

TOLD_EVERY = 50_000
"""Rows of a table after which somebody who waits is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """`move` takes what to tell of rows that are over there, and gives how many there are of each table.

    `setting` is the line for .env from now on, "" where the line there is to go.
    """

    source: str
    target: str
    setting: str
    move: Callable[[Callable[[str, int], None]], Awaitable[Mapping[str, int]]]
    monotonic: Callable[[], float]
    out: TextIO

    async def do(self) -> int:
        """Raises what `move` raises."""
        print(f"{self.source} → {self.target}", file=self.out)
        began = self.monotonic()
        counts = await self.move(self._tell)
        took = self.monotonic() - began
        rows = [(name, f"{count:,}", f"{count:,}") for name, count in counts.items() if count]
        show_table([("table", "here", "there"), *sorted(rows)], self.out, right=(1, 2))
        total = sum(counts.values())
        print(f"{total:,} rows in {took:.1f} s; each was read back and is as it was", file=self.out)
        if self.setting:
            setting = harmless(self.setting)
            real = ", with the password in place of ***" if "***" in setting else ""
            print(f"Now write into .env{real}:\n    {setting}", file=self.out)
        else:
            print("Now take EASYFLOW_DATABASE_URL out of .env", file=self.out)
        print(
            "and start Easy Flow. The data folder stays where it is: customers' files and the key of"
            f" what is sealed lie there. {self.source} is as it was and no longer used.",
            file=self.out,
        )
        return 0

    def _tell(self, table: str, rows: int) -> None:
        if rows % TOLD_EVERY == 0:
            print(f"  {table}: {rows:,}", file=self.out, flush=True)
