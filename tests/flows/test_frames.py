"""What a position holds is kept, all of it, and what mostly has its default takes no room."""

import json
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from flows.frames import Frame, Kept, Meaning, Position, Wait, position_of

WORKED_OUT = {"question", "scope", "known"}
"""What is known for a turn alone."""


def filled(kind: type[Kept]) -> Any:
    """One with a value of its own in every field that is kept."""
    hints = get_type_hints(kind)
    names = [one.name for one in msgspec.structs.fields(kind) if one.name not in WORKED_OUT]
    return kind(**{name: something(hints[name], name) for name in names})


def something(hint: Any, name: str) -> Any:
    """A value of the type which is not the field's default."""
    kinds = [one for one in get_args(hint) if one is not type(None)]
    if isinstance(hint, type) and issubclass(hint, Kept):
        return filled(hint)
    if get_origin(hint) is list:
        return [something(kinds[0], name)]
    if get_origin(hint) is dict:
        return {name: something(kinds[1], name)}
    if type(None) in get_args(hint):
        return something(kinds[0], name)
    if kinds:
        return kinds[-1]
    plain = {str: name, bool: True, int: 7, float: 7.5, Any: {"a": [1, None]}}
    return plain[hint]


@pytest.mark.parametrize("kind", [Wait, Frame, Meaning, Position])
def test_every_field_is_kept_and_comes_back(kind: type[Kept]) -> None:
    whole = filled(kind)
    kept = json.loads(json.dumps(whole.to_json()))
    assert set(kept) == set(kind.__struct_fields__) - WORKED_OUT
    assert msgspec.convert(kept, kind) == whole


def test_what_mostly_has_its_default_takes_no_room() -> None:
    empty = {"counter": 0, "stack": [], "met": False, "heard": 0.0, "expiry": 0.0, "message": ""}
    assert Position().to_json() == empty
    assert position_of({}) == Position()
    least = {"id": 1, "flow": "а", "version": "1", "at": 0, "why": "task", "step": None}
    assert msgspec.convert(least, Frame).to_json() == least
    waiting = {"id": "w1", "kind": "ask", "entry": 0}
    assert msgspec.convert(waiting, Wait).to_json() == waiting


def test_a_place_at_the_very_beginning_is_a_place() -> None:
    frame = Frame(1, "а", "1", 0, "task", latest=0)
    assert msgspec.convert(frame.to_json(), Frame).latest == 0


def test_reading_a_position_leaves_what_is_kept_alone() -> None:
    kept = filled(Position).to_json()
    before = json.dumps(kept)
    position = position_of(kept)
    position.walked.append("а:б")
    position.offers["1"] = {}
    position.stack[0].given.append("имя")
    position.stack[0].variables["имя"] = "Анна"
    assert json.dumps(kept) == before
