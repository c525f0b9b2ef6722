"""Whether an answer has the shape that a document prints."""

from typing import Any


def assert_like(printed: Any, answered: Any, where: str = "") -> None:
    """The same fields with the same kinds of values, all the way down; values may differ."""
    if isinstance(printed, dict):
        assert isinstance(answered, dict), where
        assert set(answered) == set(printed), where
        for name, value in printed.items():
            assert_like(value, answered[name], f"{where}.{name}")
    elif isinstance(printed, list):
        assert isinstance(answered, list), where
        for number, item in enumerate(answered if printed else ()):
            assert_like(printed[0], item, f"{where}[{number}]")
    elif isinstance(printed, bool | str) or printed is None:
        assert type(answered) is type(printed), where
        assert printed is None or not _is_moment(printed) or _is_moment(answered), where
    else:
        assert type(answered) in (int, float), where


def _is_moment(value: Any) -> bool:
    """`2024-01-10T10:15:00Z`."""
    return isinstance(value, str) and len(value) == 20 and value[10] == "T" and value[-1] == "Z"
