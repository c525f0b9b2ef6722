"""Anything of a given shape, for property tests: optional keys there or not, strange ones too."""

import itertools
from typing import Any

from hypothesis import strategies as st

from tests.servers.shapes import (
    Anything,
    Choice,
    Fields,
    Flag,
    Maybe,
    Number,
    Several,
    Shape,
    Tagged,
    Text,
)

MOST = 3
"""Elements of a list whose shape allows more."""
_SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=10)
ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)
_EXTRA: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.dictionaries(
    st.sampled_from(("new_in_v99", "_", "is_from_the_future", "Ключ")), ANYTHING, max_size=1
)


def strategy_of(shape: Shape, *, strange: bool = True) -> st.SearchStrategy[Any]:
    """Values of this shape; with `strange`, objects now and then have a key that no table knows."""
    match shape:
        case Text(most=most, least=least, like=like):
            if like:
                return st.from_regex(like, fullmatch=True).filter(
                    lambda text: len(text) <= (most or len(text))
                )
            return st.text(min_size=least, max_size=min(most or 30, 30))
        case Choice(values):
            return st.sampled_from(list(values))
        case Number(least=low, most=high, whole=whole):
            if whole:
                low_, high_ = int(low or 0), int(high if high is not None else 2**31)
                return st.integers(low_, high_)
            return st.floats(low, high, allow_nan=False, allow_infinity=False)
        case Flag():
            return st.booleans()
        case Anything():
            return st.dictionaries(st.text(max_size=5), ANYTHING, max_size=3)
        case Maybe(of):
            return st.none() | strategy_of(of, strange=strange)
        case Several(of=of, least=least, most=most):
            inner = strategy_of(of, strange=strange)
            return st.lists(inner, min_size=least, max_size=max(least, min(most or MOST, MOST)))
        case Fields():
            return _fields(shape, strange, {})
        case Tagged(tag, kinds):
            return st.one_of(*(_fields(kinds[kind], strange, {tag: kind}) for kind in kinds))


def _fields(shape: Fields, strange: bool, constant: dict[str, str]) -> st.SearchStrategy[Any]:
    every = {key: strategy_of(inner, strange=strange) for key, inner in shape.required.items()}
    maybe = {key: strategy_of(inner, strange=strange) for key, inner in shape.optional.items()}
    alternatives = {key for keys in shape.one_of for key in keys}
    free = {key: inner for key, inner in maybe.items() if key not in alternatives}
    fixed = {key: st.just(value) for key, value in constant.items()}
    known = st.one_of(
        *(
            st.fixed_dictionaries(
                {**fixed, **every, **{key: maybe[key] for key in chosen}}, optional=free
            )
            for chosen in itertools.product(*shape.one_of)
        )
    )
    return st.builds(_with, known, _EXTRA) if strange else known


def _with(value: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    return {**extra, **value}
