"""Orders what stands in layers so that lines between neighbouring layers seldom cross."""

from collections.abc import Sequence

SWEEPS = 14
_PATIENCE = 4

Layers = list[list[int]]
Neighbours = Sequence[Sequence[int]]


def ordered(layers: Layers, up: Neighbours, down: Neighbours) -> Layers:
    """Each layer in a better order: by the barycentre of its neighbours, down and up by turns."""
    best = [list(layer) for layer in layers]
    fewest = crossings(best, down)
    current = [list(layer) for layer in best]
    idle = 0
    for sweep in range(SWEEPS):
        if not fewest or idle == _PATIENCE:
            break
        _sweep(current, up if sweep % 2 == 0 else down, downwards=sweep % 2 == 0)
        found = crossings(current, down)
        idle += 1
        if found < fewest:
            fewest, idle = found, 0
            best = [list(layer) for layer in current]
    return best


def _sweep(layers: Layers, near: Neighbours, *, downwards: bool) -> None:
    places = range(1, len(layers)) if downwards else range(len(layers) - 2, -1, -1)
    for place in places:
        beside = layers[place - 1 if downwards else place + 1]
        positions = {number: position for position, number in enumerate(beside)}
        keys = {}
        for position, number in enumerate(layers[place]):
            found = [positions[one] for one in near[number] if one in positions]
            keys[number] = sum(found) / len(found) if found else float(position)
        layers[place].sort(key=keys.__getitem__)


def crossings(layers: Sequence[Sequence[int]], down: Neighbours) -> int:
    """How many pairs of lines cross, over all layers."""
    return sum(_between(layers[place], layers[place + 1], down) for place in range(len(layers) - 1))


def _between(upper: Sequence[int], lower: Sequence[int], down: Neighbours) -> int:
    """Counted as inversions, with a tree of partial sums: Barth, Mutzel, Jünger (2004)."""
    positions = {number: position for position, number in enumerate(lower)}
    size = len(lower)
    tree = [0] * (size + 1)
    seen = found = 0
    for number in upper:
        ends = sorted(positions[one] for one in down[number] if one in positions)
        for end in ends:
            index, before = end + 1, 0
            while index:
                before += tree[index]
                index &= index - 1
            found += seen - before
        for end in ends:
            index = end + 1
            while index <= size:
                tree[index] += 1
                index += index & -index
            seen += 1
    return found
