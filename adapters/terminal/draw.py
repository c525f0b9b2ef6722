"""`draw`: a bot's flows as Mermaid diagrams, for a page that renders them."""

from typing import TextIO

from flows.machine import diagram
from flows.model import Bot


def draw(bot: Bot, flow: str | None, out: TextIO) -> int:
    """Print one flow's diagram, or all of them as a Markdown page; the exit status."""
    if flow is None:
        print(f"# {bot.title}", file=out)
        for one in bot.flows.values():
            print(f"\n## {one.name}\n", file=out)
            if one.about:
                print(f"{one.about}.\n", file=out)
            print(f"```mermaid\n{diagram(one)}```", file=out)
        return 0
    if flow not in bot.flows:
        known = ", ".join(sorted(bot.flows))
        print(f"There is no flow {flow} in {bot.folder}; there are: {known}", file=out)
        return 1
    print(diagram(bot.flows[flow]), end="", file=out)
    return 0
