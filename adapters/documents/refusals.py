"""Why a file is not read: what the process that reads tells the one that waits for it."""

from typing import NoReturn


class Unread(Exception):
    """The sentence says what was found and what to do; `heavy` is too much of something."""

    def __init__(self, sentence: str, *, heavy: bool = False) -> None:
        self.heavy = heavy
        super().__init__(sentence)


def too_much(sentence: str) -> NoReturn:
    """More than is read of one file. Raises Unread."""
    raise Unread(sentence, heavy=True)
