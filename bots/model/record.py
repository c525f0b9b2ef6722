"""Values that nobody changes: mypy sees dataclasses, and they are made at the price of msgspec's structs."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as record
    from dataclasses import replace as changed
else:
    from collections.abc import Callable
    from dataclasses import MISSING, Field, dataclass

    from msgspec import Struct, StructMeta, field
    from msgspec.structs import replace as changed

    def record(*, slots: bool = True, **options: Any) -> Callable[[type], type]:
        """`@dataclass(frozen=True, slots=True, …)` for what every turn makes.

        A dataclass is filled by Python, field after field, and a frozen one by a call for each, which
        makes one of many fields ten times as dear. `dataclasses.replace` and `fields` take these as well.
        """

        def made(kind: type) -> type:
            body = {name: value for name, value in vars(kind).items() if name not in _OF_NO_STRUCT}
            for name, value in body.items():
                if isinstance(value, Field) and value.default_factory is not MISSING:
                    body[name] = field(default_factory=value.default_factory)
            struct = StructMeta(kind.__name__, (Struct,), body, **options)
            struct.__dataclass_fields__ = dataclass(kind).__dataclass_fields__
            return struct

        return made

    _OF_NO_STRUCT = ("__dict__", "__weakref__")


__all__ = ["changed", "record"]
