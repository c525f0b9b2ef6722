"""Values of variables: kept as JSON and back, and what unquoted scalars of YAML mean."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import RunError
from flows.values import freeze, freeze_light, thaw, typed_scalar

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.just(UTC)),
    st.timedeltas(timedelta(days=-1000), timedelta(days=1000)).map(
        lambda span: timedelta(seconds=int(span.total_seconds()))
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text().filter(lambda key: not key.startswith("$")), inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(VALUES)
def test_a_value_kept_as_json_comes_back_the_same(value: Any) -> None:
    kept = json.loads(json.dumps(freeze(value)))
    assert thaw(kept) == value


def test_dates_are_kept_as_small_tagged_records() -> None:
    assert freeze(date(2026, 3, 2)) == {"$date": "2026-03-02"}
    assert freeze(time(14, 30)) == {"$time": "14:30:00"}
    assert freeze(datetime(2026, 3, 2, 14, 30, tzinfo=UTC)) == {"$at": "2026-03-02T14:30:00+00:00"}


def test_what_json_has_no_word_for_becomes_the_nearest_it_has() -> None:
    assert freeze({"a": (1, 2), 5: {3}}) == {"a": [1, 2], "5": [3]}
    assert freeze([Decimal(1500), Decimal("1.5"), Decimal("NaN")]) == [1500, 1.5, None]
    assert freeze([float("inf"), 2**70]) == [None, float(2**70)]


def test_a_value_that_cannot_be_kept_is_an_error() -> None:
    with pytest.raises(RunError, match="object"):
        freeze({"a": object()})


@pytest.mark.parametrize("looks", [{"$date": "завтра"}, {"$at": 5}, {"$seconds": "x"}, {"$x": 1}])
def test_foreign_json_that_only_looks_tagged_stays_as_it_is(looks: dict[str, Any]) -> None:
    assert thaw(looks) == looks


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("null", None),
        ("yes", True),
        ("no", False),
        ("5", 5),
        ("-3", -3),
        ("0", 0),
        ("1.5", 1.5),
        ("2026-02-27", date(2026, 2, 27)),
        ("0123", "0123"),
        ("+79991234567", "+79991234567"),
        ("12:30", "12:30"),
        ("1e5", "1e5"),
        ("1_000", "1_000"),
        ("2026-13-01", "2026-13-01"),
        ("2026-03-02 10:00", "2026-03-02 10:00"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("да", "да"),
        ("~", "~"),
        ("-", "-"),
        ("", ""),
        ("В-77", "В-77"),
        ("٣", "٣"),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_an_unquoted_scalar_means_what_its_owner_meant(written: str, meant: object) -> None:
    value = typed_scalar(written)
    assert value == meant
    assert type(value) is type(meant)


def test_a_list_that_names_one_heavy_value_many_times_is_refused_before_it_is_copied() -> None:
    heavy = ["слово" for _ in range(20_000)]
    assert freeze_light({"a": heavy}) == {"a": heavy}
    with pytest.raises(RunError, match="больше 500000"):
        freeze_light({"a": [heavy] * 100})
