"""Spoils bodies of webhooks: any part of one may be missing, of another type, nested or cut short."""

import copy
from typing import Any

import orjson
from hypothesis import strategies as st

STRANGE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    -(2**63),
    10**400,
    1.5,
    1e308,
    "",
    "0",
    "\0",
    "\ud83d",
    "a" * 5000,
    [],
    [None],
    [[]],
    {},
    {"": None},
    {"id": {}},
)
"""What nobody expects in a place; a whole number past 64 bits and half a surrogate pair among it."""

_WAYS = ("drop", "retype", "nest", "truncate", "double", "rename")

Path = tuple[str | int, ...]


@st.composite
def mutilated(draw: st.DrawFn, bodies: st.SearchStrategy[Any]) -> Any:
    """A body of `bodies` with one to four things wrong in it; `json.dumps` can still write it."""
    body = copy.deepcopy(draw(bodies))
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(body))
        body = _spoilt(draw, body, draw(st.sampled_from(places)))
    return body


def torn(bodies: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    """The JSON of a body of `bodies`, cut anywhere before its end."""

    def cut(whole: bytes) -> st.SearchStrategy[bytes]:
        return st.integers(0, max(len(whole) - 1, 0)).map(lambda end: whole[:end])

    return bodies.map(orjson.dumps).flatmap(cut)


def _places(value: Any, path: Path = ()) -> list[Path]:
    found: list[Path] = [path]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _places(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            found += _places(inner, (*path, place))
    return found


def _spoilt(draw: st.DrawFn, body: Any, path: Path) -> Any:
    way = draw(st.sampled_from(_WAYS))
    if not path:
        strange = copy.deepcopy(draw(st.sampled_from(STRANGE)))
        return {"nest": [body], "truncate": _shortened(body)}.get(way, strange)
    holder = body
    for key in path[:-1]:
        holder = holder[key]
    last: Any = path[-1]
    if way == "drop":
        del holder[last]
    elif way == "nest":
        holder[last] = draw(st.sampled_from(({"of": holder[last]}, [holder[last]])))
    elif way == "truncate":
        holder[last] = _shortened(holder[last])
    elif way == "double" and isinstance(holder, list):
        holder.insert(last, copy.deepcopy(holder[last]))
    elif way == "rename" and isinstance(holder, dict):
        holder[f"{last}_"] = holder.pop(last)
    else:
        holder[last] = copy.deepcopy(draw(st.sampled_from(STRANGE)))
    return body


def _shortened(value: Any) -> Any:
    """Its first half; of what has no length, nothing."""
    if isinstance(value, str | list):
        return value[: len(value) // 2]
    if isinstance(value, dict):
        return dict(list(value.items())[: len(value) // 2])
    return None
