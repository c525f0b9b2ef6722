"""Values that nobody changes: mypy sees to it, and they are made at the price of those one may change."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as record
    from dataclasses import replace as changed
else:
    from dataclasses import dataclass

    def record(**options: Any) -> Any:
        """`@dataclass(frozen=True, …)` for what every turn makes.

        A frozen one sets each field by a call, which makes those of many fields three to four times as
        dear. It says `frozen=True` all the same: for mypy, and it can be hashed like one.
        """
        return dataclass(
            **{**options, "frozen": False, "unsafe_hash": options.get("frozen", False)}
        )

    def changed(value: Any, **changes: Any) -> Any:
        """What `replace` makes, of a record, at half the price: every turn changes its conversation."""
        kind = type(value)
        made = kind.__new__(kind)
        for name in kind.__slots__:
            setattr(made, name, getattr(value, name))
        for name, given in changes.items():
            setattr(made, name, given)
        return made


__all__ = ["changed", "record"]
