"""What a test wants the next calls of a fake platform to be answered, found for the call that came."""

from typing import Any


def next_scripted(script: list[dict[str, Any]], **call: str | None) -> dict[str, Any] | None:
    """The first entry that names nothing else than `call` is; it goes when its `times` are over."""
    for scripted in script:
        if all(scripted.get(name) in (None, value) for name, value in call.items()):
            if scripted.get("times") is not None:
                scripted["times"] -= 1
                if scripted["times"] <= 0:
                    script.remove(scripted)
            return scripted
    return None
