"""`draw`: a bot's flows as pictures, in SVG or as Mermaid for a page that renders it."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal, TextIO

from adapters.terminal.leaving import Refused
from flows.chart import chart_of_bot, chart_of_flow
from flows.mermaid import mermaid
from flows.model import Bot
from flows.picture import svg

Format = Literal["svg", "mermaid"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be drawn: a flow, or without one the whole bot."""

    bot: Bot
    flow: str | None


def wanted(bots: Mapping[str, Bot], default: str, names: list[str]) -> Wanted:
    """From what was typed: `[bot] [flow]`, either of them or both. Raises Refused."""
    if not names:
        return Wanted(bots[default], None)
    first, *rest = names
    if first in bots:
        bot = bots[first]
        if rest and rest[0] not in bot.flows:
            known = ", ".join(bot.flows)
            raise Refused(f"There is no flow «{rest[0]}» in {first}; there are: {known}.")
        return Wanted(bot, rest[0] if rest else None)
    # A flow alone: of the bot that is met first, or of the only one that has it.
    having = [name for name, bot in bots.items() if first in bot.flows]
    if rest or not having:
        raise Refused(
            f"There is no bot «{first}»{'' if rest else ', nor a flow of that name'};"
            f" there are: {', '.join(bots)}."
        )
    if default not in having and len(having) > 1:
        raise Refused(
            f"Several bots have a flow «{first}»: {', '.join(having)}. Name the bot before it."
        )
    return Wanted(bots[default if default in having else having[0]], first)


def draw(what: Wanted, *, format: Format | None, out: Path | None, terminal: TextIO) -> None:
    """Write the picture to a file or to the terminal. Raises OSError if the file cannot be written.

    Without a format a file's ending decides; a terminal gets Mermaid.
    """
    if format is None:
        format = "svg" if out is not None and out.suffix.lower() == ".svg" else "mermaid"
    text = _svg(what) if format == "svg" else _mermaid(what, page=out is None)
    if out is None:
        print(text, end="", file=terminal)
    else:
        out.write_text(text, encoding="utf-8")
        print(f"{out}", file=terminal)


def _svg(what: Wanted) -> str:
    bot = what.bot
    return svg(chart_of_flow(bot, what.flow) if what.flow else chart_of_bot(bot))


def _mermaid(what: Wanted, *, page: bool) -> str:
    """One chart; of a whole bot, on the terminal, a Markdown page with each of its flows."""
    bot = what.bot
    if what.flow is not None:
        return mermaid(chart_of_flow(bot, what.flow))
    whole = mermaid(chart_of_bot(bot))
    if not page:
        return whole
    parts = [f"# {_plain(bot.title)}\n\n```mermaid\n{whole}```\n"]
    for flow in bot.flows.values():
        about = f"{_plain(flow.about)}.\n\n" if flow.about else ""
        chart = mermaid(chart_of_flow(bot, flow.name))
        parts.append(f"\n## {flow.name}\n\n{about}```mermaid\n{chart}```\n")
    return "".join(parts)


def _plain(words: str) -> str:
    """Words that a page of Markdown shows as they are."""
    return escape(" ".join(words.split()), quote=False).replace("`", "&#96;")
