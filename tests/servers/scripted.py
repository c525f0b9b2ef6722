"""What a test wants the next calls of a fake platform to be answered, found for the call that came."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

_chance = random.Random(20261126)
"""A process of its own has the same luck at each run; which call it meets is another question."""


def next_scripted(script: list[dict[str, Any]], **call: str | None) -> dict[str, Any] | None:
    """The first entry that names nothing else than `call` is; it goes when its `times` are over.

    One with a `share` meets that share of the calls that it fits, by chance. `met` counts them.
    """
    for scripted in script:
        if not all(scripted.get(name) in (None, value) for name, value in call.items()):
            continue
        if scripted.get("share") is not None and _chance.random() >= scripted["share"]:
            continue
        scripted["met"] = scripted.get("met", 0) + 1
        if scripted.get("times") is not None:
            scripted["times"] -= 1
            if scripted["times"] <= 0:
                script.remove(scripted)
        return scripted
    return None


def met(script: Sequence[dict[str, Any]]) -> dict[str, int]:
    """How many calls each action met that meets some of them by chance."""
    found: Counter[str] = Counter()
    for scripted in script:
        if scripted.get("share") is not None:
            found[scripted.get("action") or "answer"] += scripted.get("met", 0)
    return dict(found)
