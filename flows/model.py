"""The engine's own small words: what a bot is made of, what goes in and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """An action that `do:` may name. `inputs` says of each argument whether it is required.

    `effect` tells what going back past it means: `none` may be passed, `undo` and `yes` are
    barriers. `quick` answers at once from memory and runs inside the turn.
    """

    name: str
    inputs: Mapping[str, bool] = field(default_factory=dict)
    effect: Literal["none", "undo", "yes"] = "none"
    quick: bool = False
