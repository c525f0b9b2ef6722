"""What is mutilated is still JSON, is not what it was, and leaves the original alone."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.servers.mutilation import mutilated, torn

BODY: dict[str, Any] = {
    "update_id": 7,
    "message": {"chat": {"id": 5}, "text": "Привет", "photo": [{"width": 90}, {"width": 900}]},
}
WHOLE = copy.deepcopy(BODY)


@settings(deadline=None)
@given(mutilated(st.just(BODY)))
def test_a_mutilated_body_can_be_written_and_the_whole_one_stays(body: Any) -> None:
    assert json.loads(json.dumps(body)) == body
    assert BODY == WHOLE


@settings(deadline=None)
@given(torn(st.just(BODY)))
def test_a_torn_body_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|decode|delimiter"):
        json.loads(body)


@settings(deadline=None)
@given(st.data())
def test_anything_may_be_spoilt(data: st.DataObject) -> None:
    for _ in range(40):
        if data.draw(mutilated(st.just(BODY))) != BODY:
            return
    raise AssertionError("forty bodies came out whole")
