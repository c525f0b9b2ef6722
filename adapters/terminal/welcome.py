"""What a start says: where to talk, and once who the owner is."""

from typing import TextIO

from bots.services.accounts import Founded


def welcome(address: str, founded: Founded | None, out: TextIO) -> None:
    """`founded` is the account that this start made, if it made one."""
    lines = [
        f"  Talk to the bots   {address}/",
        f"  Their flows        {address}/flows",
        f"  Documentation      {address}/docs",
    ]
    if founded and founded.generated:
        lines += [
            "",
            "  Your account, shown only this once:",
            f"    e-mail    {founded.email}",
            f"    password  {founded.password}",
            f"    API key   {founded.key}",
        ]
    print("", *lines, "", sep="\n", file=out, flush=True)
