"""When to try again: one table for turns, actions and sends."""

from datetime import timedelta

DELAYS = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600))
"""The wait before the second, third … sixth try."""


def wait_before(tries: int) -> timedelta | None:
    """How long to wait after `tries` failed tries, or None to give up."""
    return DELAYS[tries - 1] if tries <= len(DELAYS) else None
