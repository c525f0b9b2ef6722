"""Percentiles and how they are printed."""

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie; 0.0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def milliseconds(values: Sequence[float]) -> str:
    """p50, p95 and p99 of seconds, in milliseconds."""
    shares = (0.50, 0.95, 0.99)
    return "  ".join(
        f"p{share * 100:.0f} {percentile(values, share) * 1000:.1f} ms" for share in shares
    )
