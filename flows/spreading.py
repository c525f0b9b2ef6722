"""Puts things in a row as near as can be to where each wants to stand, with room between them."""

from collections.abc import Sequence
from itertools import accumulate


def spread(
    wanted: Sequence[float], rooms: Sequence[float], weights: Sequence[float]
) -> list[float]:
    """Places in the given order, each at least its room after the one before.

    The sum of weighted squares of the distances to what was wanted is the least there is: with the
    rooms taken off this is isotonic regression, solved by pooling adjacent violators.
    """
    offsets = list(accumulate(rooms, initial=0.0))[: len(wanted)]
    pools: list[tuple[float, float, int]] = []
    for want, offset, weight in zip(wanted, offsets, weights, strict=True):
        mean, total, count = want - offset, weight, 1
        while pools and pools[-1][0] > mean:
            before, heavy, many = pools.pop()
            mean = (before * heavy + mean * total) / (heavy + total)
            total += heavy
            count += many
        pools.append((mean, total, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
