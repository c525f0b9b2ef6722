"""The one table of what goes wrong."""

import pytest

from adapters.messengers.telegram.errors import ChatMoved, PollingConflict, result_of
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelError,
    ChannelUnauthorised,
    Rejected,
    Unreachable,
)


def answer(code: int, description: str, parameters: str = "{}") -> bytes:
    return (
        f'{{"ok":false,"error_code":{code},"description":"{description}",'
        f'"parameters":{parameters}}}'
    ).encode()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, answer(400, "Bad Request: chat not found"), Unreachable),
        (400, answer(400, "Bad Request: PEER_ID_INVALID"), Unreachable),
        (400, answer(400, "Bad Request: message text is empty"), Rejected),
        (400, answer(400, "Bad Request: BUTTON_DATA_INVALID"), Rejected),
        (400, answer(400, "Bad Request: query is too old and response timeout expired"), Rejected),
        (
            400,
            answer(400, "group chat was upgraded to a supergroup", '{"migrate_to_chat_id":-100}'),
            ChatMoved,
        ),
        (401, answer(401, "Unauthorized"), ChannelUnauthorised),
        (403, answer(403, "Forbidden: bot was blocked by the user"), Unreachable),
        (403, answer(403, "Forbidden: user is deactivated"), Unreachable),
        (404, answer(404, "Not Found"), ChannelUnauthorised),
        (409, answer(409, "Conflict: terminated by other getUpdates request"), PollingConflict),
        (413, answer(413, "Request Entity Too Large"), Rejected),
        (413, b"<html>413</html>", Rejected),
        (429, answer(429, "Too Many Requests: retry after 3", '{"retry_after":3}'), ChannelBusy),
        (429, b"<html>slow down</html>", ChannelBusy),
        (500, answer(500, "Internal Server Error"), ChannelDown),
        (502, b"<html><h1>502 Bad Gateway</h1></html>", ChannelDown),
        (502, b"", ChannelDown),
        (500, b'{"ok":false,"error_code":500}', ChannelDown),
        (200, b"<html>log in to the hotel's network</html>", ChannelDown),
        (200, b'{"ok":tru', ChannelDown),
        (200, b"[]", ChannelDown),
        (403, b"<html>blocked by your provider</html>", ChannelDown),
        (200, b"\xff\xfe", ChannelDown),
    ],
)
def test_every_answer_has_its_error(status: int, body: bytes, kind: type[ChannelError]) -> None:
    with pytest.raises(ChannelError) as caught:
        result_of(status, body)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("body", "header", "seconds"),
    [
        (answer(429, "Too Many Requests: retry after 35", '{"retry_after":35}'), None, 35.0),
        (answer(429, "Too Many Requests: retry after 7"), None, 7.0),
        (answer(429, "Too Many Requests"), None, 5.0),
        (b"", "9", 9.0),
        (b"", None, 5.0),
        (answer(429, "x", '{"retry_after":true}'), None, 5.0),
    ],
)
def test_the_wait_is_the_one_telegram_names(
    body: bytes, header: str | None, seconds: float
) -> None:
    with pytest.raises(ChannelBusy) as caught:
        result_of(429, body, retry_after=header)
    assert caught.value.retry_after == seconds


def test_an_edit_that_changes_nothing_is_a_success() -> None:
    assert result_of(400, answer(400, "Bad Request: message is not modified: the same")) is None


def test_a_success_of_any_shape_is_taken() -> None:
    assert result_of(200, b'{"ok":true,"result":{"message_id":5}}') == {"message_id": 5}
    assert result_of(200, b'{"ok":true}') is None
