"""How a command ends that cannot do what was typed: with one sentence that says what to do."""

import sys
from typing import NoReturn


class Refused(Exception):
    """Nothing was done; says why and what to do."""


def stop(sentence: str, *lines: str) -> NoReturn:
    """Leave with one sentence that says what to do, and what belongs beneath it."""
    print(sentence, *lines, sep="\n", file=sys.stderr)
    raise SystemExit(2)
