"""Records are what frozen dataclasses are, but for what it costs to make one."""

from dataclasses import field, replace

import pytest

from bots.model.record import changed, record


@record(frozen=True, slots=True, kw_only=True)
class Place:
    name: str
    rows: int = 1
    marks: tuple[str, ...] = field(default_factory=tuple)


def test_a_record_is_compared_and_hashed_by_what_it_holds() -> None:
    assert Place(name="a") == Place(name="a", rows=1)
    assert Place(name="a") != Place(name="b")
    assert {Place(name="a"): 1}[Place(name="a", marks=())] == 1
    assert repr(Place(name="a")) == "Place(name='a', rows=1, marks=())"


def test_a_changed_record_is_what_replace_makes() -> None:
    before = Place(name="a", marks=("x",))
    after = changed(before, rows=2)
    assert after == replace(before, rows=2)
    assert before == Place(name="a", marks=("x",))
    assert changed(before) == before


def test_nothing_can_be_added_to_a_record() -> None:
    with pytest.raises(AttributeError):
        changed(Place(name="a"), seats=2)  # type: ignore[call-arg]
