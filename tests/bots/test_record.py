"""Records are what frozen dataclasses are, but for what it costs to make one."""

from dataclasses import field, fields, replace

import pytest

from bots.model.record import changed, record


@record(frozen=True, slots=True, kw_only=True)
class Place:
    name: str
    rows: int = 1
    marks: tuple[str, ...] = field(default_factory=tuple)


@record(frozen=True, slots=True)
class Shelf:
    books: list[str] = field(default_factory=list)


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


def test_a_record_has_a_value_of_its_own_where_none_is_given() -> None:
    assert [one.name for one in fields(Place)] == ["name", "rows", "marks"]
    assert Shelf().books is not Shelf().books


def test_nothing_of_a_record_can_be_set_or_added() -> None:
    with pytest.raises(AttributeError):
        Place(name="a").rows = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        changed(Place(name="a"), seats=2)  # type: ignore[call-arg]
