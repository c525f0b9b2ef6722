"""Which layer each box of a picture stands in."""

from collections.abc import Iterable, Sequence

from flows.geometry import Box

LAYER_WIDTH = 2200.0
"""How wide a layer may become before boxes are moved to the next one."""


def layers_down(
    boxes: Sequence[Box], ends: Iterable[tuple[int, int]], *, between: float
) -> list[int]:
    """The layer of each box: below all that leads to it; a line back up does not count as such."""
    above: list[list[int]] = [[] for _ in boxes]
    below: list[list[int]] = [[] for _ in boxes]
    for source, target in sorted({(min(pair), max(pair)) for pair in ends}):
        above[target].append(source)
        below[source].append(target)
    layers: list[int] = []
    for number in range(len(boxes)):
        before = layers[-1] if layers else 0
        layers.append(max((layers[one] + 1 for one in above[number]), default=before))
    for number in reversed(range(len(boxes))):
        # What only leads on stands right above where it leads.
        if number and not above[number] and below[number]:
            layers[number] = max(0, min(layers[one] for one in below[number]) - 1)
    return _not_too_wide(boxes, layers, above, between)


def _not_too_wide(
    boxes: Sequence[Box], wanted: Sequence[int], above: Sequence[Sequence[int]], between: float
) -> list[int]:
    filled: dict[int, float] = {}
    layers = list(wanted)
    for number in sorted(range(len(boxes)), key=lambda one: (wanted[one], one)):
        room = boxes[number].width + boxes[number].beside + between
        layer = max([layers[number], *(layers[one] + 1 for one in above[number])])
        while filled.get(layer, 0.0) and filled[layer] + room > LAYER_WIDTH:
            layer += 1
        layers[number] = layer
        filled[layer] = filled.get(layer, 0.0) + room
    return _pushed_down(layers, above)


def _pushed_down(layers: list[int], above: Sequence[Sequence[int]]) -> list[int]:
    """Whatever was moved, each stays below what leads to it."""
    for number in range(len(layers)):
        layers[number] = max([layers[number], *(layers[one] + 1 for one in above[number])])
    return layers
