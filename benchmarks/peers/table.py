"""The figures as a table in Markdown, ready for docs/performance.md, and the aims with whether they hold."""

from collections.abc import Mapping
from statistics import median

from benchmarks.figures import percentile
from benchmarks.peers.contestants import (
    AIOGRAM,
    CONTESTANTS,
    EASY_FLOW,
    FLOOR,
    ON_POSTGRESQL,
    Contestant,
    Kept,
)
from benchmarks.peers.measuring import Figures

Found = Mapping[str, Figures]

LOST: Mapping[Kept, str] = {
    "nothing": "all",
    "memory": "all",
    "minute": "the last minute",
    "second": "the last second",
    "queue": "what waits inside",
    "synced": "nothing",
}
"""What of the dialogs is gone when the machine goes down."""

HEAD = (
    "| | CPU a step | of its database | × floor | steps/s | at 100/s: CPU | p50 | p99 | start"
    " | memory | with chats | a chat | a crash loses | killed: forgot |"
)


def table(found: Found) -> list[str]:
    """A line per contestant that was measured, in the order of the list."""
    lines = [HEAD, "|---|" + "---:|" * 11 + "---|---:|"]
    return lines + [_line(one, found) for one in CONTESTANTS if one.name in found]


def aims(found: Found, disk: list[float]) -> list[str]:
    """What was promised, as ratios of this one run; an aim whose other side was not measured is left out."""
    ours = found.get(EASY_FLOW.name)
    if ours is None:
        return []
    step, lines = median(ours.cpu), []
    if floor := found.get(FLOOR.name):
        lines.append(_ratio("SQLite against the floor", step / median(floor.cpu), 2.5))
    if aiogram := found.get(AIOGRAM.name):
        share = step / median(aiogram.cpu)
        lines.append(_ratio("SQLite against aiogram's MemoryStorage", share, 0.35))
    for kept, words in (("synced", "synced to disk"), ("second", "kept in Redis")):
        if peers := [one for one in CONTESTANTS if _is_peer(one, found) and one.kept == kept]:
            cheapest = min(peers, key=lambda one: _whole(found[one.name]))
            share = step / _whole(found[cheapest.name])
            lines.append(_ratio(f"SQLite against {cheapest.title}, the cheapest {words}", share, 1))
    if other := found.get(ON_POSTGRESQL.name):
        lines.append(_ratio("PostgreSQL against SQLite", median(other.cpu) / step, 2))
    if ours.chats:
        mark = "✓" if ours.a_chat < 1024 else "✗"
        chats = f"{ours.chats} chats"
        lines.append(
            f"{mark} a waiting chat takes {ours.a_chat:.0f} bytes ({chats}), less than 1024"
        )
    if ours.half:
        p99, safe = percentile(ours.half, 0.99), percentile(disk, 0.99)
        allowed = 0.020 + 4 * safe
        mark = "✓" if p99 <= allowed else "✗"
        lines.append(
            f"{mark} p99 at half of what saturates it ({median(ours.rate) / 2:.0f}/s) {p99 * 1e3:.1f} ms,"
            f" at most {allowed * 1e3:.1f} ms (20 ms and four times fdatasync's {safe * 1e3:.1f} ms)"
        )
    return lines


def _line(one: Contestant, found: Found) -> str:
    figures = found[one.name]
    cpu = median(figures.cpu)
    floor = found.get(FLOOR.name)
    beside = median(figures.beside)
    cells = [
        one.title,
        _us(cpu),
        _us(beside) if one.beside else "",
        f"{cpu / median(floor.cpu):.1f}" if floor else "",
        f"{median(figures.rate):,.0f}",
        _us(median(figures.steady_cpu)),
        f"{percentile(figures.steady, 0.50) * 1e3:.1f} ms",
        f"{percentile(figures.steady, 0.99) * 1e3:.1f} ms",
        f"{median(figures.start):.1f} s",
        f"{median(figures.idle) / 2**20:.0f} MiB",
        f"{figures.full / 2**20:.0f} MiB with {figures.chats:,}" if figures.chats else "",
        f"{figures.a_chat / 1024:.1f} kB" if figures.chats and one.kept != "nothing" else "",
        LOST[one.kept],
        f"{figures.forgotten} of {figures.asked}" if figures.forgotten is not None else "",
    ]
    return f"| {' | '.join(cells)} |"


def _ratio(words: str, share: float, most: float) -> str:
    return f"{'✓' if share <= most else '✗'} {words}: {share:.2f} ×, at most {most:g}"


def _is_peer(one: Contestant, found: Found) -> bool:
    return one.name in found and not one.ours and not one.own


def _whole(figures: Figures) -> float:
    """With what its database took."""
    return median(figures.cpu) + median(figures.beside)


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} µs"
