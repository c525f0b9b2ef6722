"""The one table of what goes wrong."""

from typing import Any

import orjson
import pytest

from adapters.messengers.whatsapp.errors import (
    ADVICE,
    LONGEST_WAIT,
    TABLE,
    Missing,
    result_of,
    waiting,
)
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelError,
    ChannelUnauthorised,
    Rejected,
    Unreachable,
    WindowClosed,
)


def answer(code: Any, message: str = "(#1) Something", **more: Any) -> bytes:
    return orjson.dumps({"error": {"message": message, "code": code, **more}})


def failure(status: int, body: bytes, **more: Any) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        result_of(status, body, **more)
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        *((400, code, ChannelBusy) for code in (4, 80007, 130429, 131048, 131056)),
        *((500, code, ChannelDown) for code in (1, 2, 131000, 131016, 131057)),
        *((401, code, ChannelUnauthorised) for code in (0, 3, 10, 190, 200, 299, 131005)),
        *((403, code, ChannelUnauthorised) for code in (33, 368, 130497, 131031, 131042, 133010)),
        (500, 131045, ChannelUnauthorised),
        (400, 131047, WindowClosed),
        (400, 131026, Unreachable),
        *((400, code, Rejected) for code in (100, 131008, 131009, 131021, 131030, 131049, 131050)),
        *((400, code, Rejected) for code in (131051, 131052, 131053, 131062, 132000, 132015)),
        (404, 132001, Rejected),
        # Codes of tomorrow, by their status.
        (400, 777777, Rejected),
        (429, 777777, ChannelBusy),
        (503, 777777, ChannelDown),
    ],
)
def test_every_code_has_its_error(status: int, code: int, kind: type[ChannelError]) -> None:
    assert type(failure(status, answer(code))) is kind


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (502, b"<html><h1>502 Bad Gateway</h1></html>", ChannelDown),
        (502, b"", ChannelDown),
        (200, b"<html>log in to the hotel's network</html>", ChannelDown),
        (200, b'{"messages":[', ChannelDown),
        (200, b"[]", ChannelDown),
        (403, b"<html>blocked by your provider</html>", ChannelDown),
        (404, b"{}", ChannelDown),
        (400, answer("100"), ChannelDown),
        (400, b'{"error":"no"}', ChannelDown),
        (413, b"<html>413</html>", Rejected),
        (429, b"<html>slow down</html>", ChannelBusy),
        (400, answer(777777, is_transient=True), ChannelDown),
        (200, answer(131047), WindowClosed),
    ],
)
def test_every_answer_has_its_error(status: int, body: bytes, kind: type[ChannelError]) -> None:
    assert type(failure(status, body)) is kind


def test_a_failure_says_its_code_and_metas_words_once() -> None:
    data = {"details": "name is too long"}
    assert str(failure(400, answer(131009, "Wrong", error_data=data))) == (
        "131009: Wrong: name is too long"
    )
    same = answer(131009, "Wrong", error_data={"details": "Wrong"})
    assert str(failure(400, same)) == "131009: Wrong"
    assert str(failure(400, answer(131009, "Wrong", error_data="why"))) == "131009: Wrong: why"


def test_words_that_may_repeat_the_token_are_left_out() -> None:
    said = str(failure(401, answer(190, "Malformed access token EAAsecret")))
    assert "EAAsecret" not in said
    assert "token" in said


def test_whoever_must_act_is_told_what_to_do() -> None:
    stopped = [code for code, verdict in TABLE.items() if verdict == "stopped"]
    assert set(stopped) <= set(ADVICE)
    assert "Billing" in str(failure(400, answer(131042)))
    assert "API Setup" in str(failure(400, answer(131030)))


def test_what_is_not_there_is_told_apart() -> None:
    assert type(failure(400, answer(100, error_subcode=33))) is Missing


def test_we_wait_as_long_as_told() -> None:
    busy = failure(400, answer(130429), retry_after="17")
    assert isinstance(busy, ChannelBusy)
    assert busy.retry_after == 17


@pytest.mark.parametrize(
    ("code", "tries", "seconds"),
    [
        (130429, 0, 1),
        (130429, 1, 4),
        (130429, 2, 16),
        (131056, 0, 6),
        (131056, 1, 24),
        (131048, 0, 60),
        (130429, 400, LONGEST_WAIT),
    ],
)
def test_whoever_is_told_again_waits_four_times_as_long(
    code: int, tries: int, seconds: float
) -> None:
    assert waiting(code, None, tries) == seconds
    assert waiting(code, "soon", tries) == seconds
