"""Whatever JSON is sent, nothing answers 5xx and every refusal speaks the envelope."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.adapters.http.fakes import build_house

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abтекст_.", max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def _bodies(*fields: str) -> st.SearchStrategy[Any]:
    """Mostly objects with the document's fields, right or wrong ones."""
    likely = st.sampled_from(["telegram", "web", "s", "text", "image", "high", 5, "", "Привет"])
    return st.dictionaries(st.sampled_from(fields), likely | _JSON) | _JSON


_BUTTONS = st.fixed_dictionaries({"buttons": st.lists(st.lists(_JSON, max_size=2), max_size=2)})

CALLS = st.one_of(
    st.tuples(
        st.just(("POST", "/api/v1/conversation/chat")),
        _bodies("message", "user_id", "session_id", "platform", "context"),
    ),
    st.tuples(
        st.just(("POST", "/api/v1/conversation/chat")),
        st.fixed_dictionaries(
            {
                "message": st.text(min_size=1) | st.sampled_from(["12345", "да", "/menu", "назад"]),
                "user_id": st.text(min_size=1, max_size=3),
                "session_id": st.sampled_from(["s", "t", "session_", "session_s"]),
                "context": st.none() | st.dictionaries(st.text("abcd", max_size=3), _JSON),
            }
        ),
    ),
    st.tuples(
        st.just(("POST", "/api/v1/conversation/escalate")),
        _bodies("session_id", "reason", "priority", "context"),
    ),
    st.tuples(
        st.just(("POST", "/api/v1/messaging/send")),
        _bodies("platform", "chat_id", "text", "message_type", "inline_keyboard", "attachments"),
    ),
    st.tuples(
        st.just(("POST", "/api/v1/messaging/send")),
        st.fixed_dictionaries(
            {
                "platform": st.just("telegram"),
                "chat_id": st.text(min_size=1, max_size=3),
                "text": st.text(max_size=5),
                "inline_keyboard": _BUTTONS,
            }
        ),
    ),
    st.tuples(st.just(("PUT", "/api/v1/messaging/context/telegram/1/1")), _bodies("context")),
    st.tuples(
        st.just(("POST", "/api/v1/messaging/webhook/telegram")), st.dictionaries(st.text(), _JSON)
    ),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CALLS, min_size=1, max_size=5), st.text("0123456789-.eE+ٱ%", max_size=25))
def test_nothing_sent_is_ever_a_server_error(
    calls: list[tuple[tuple[str, str], Any]], number: str
) -> None:
    async def send() -> None:
        house = await build_house()
        async with house.client as client:
            headers = {"X-Secret": "first"}
            answers = [
                await client.request(method, path, json=body, headers=headers)
                for (method, path), body in calls
            ]
            params = {"limit": number, "offset": number}
            answers.append(
                await client.get("/api/v1/conversation/history/s", params=params, headers=headers)
            )
        for answer in answers:
            assert answer.status_code < 500, answer.text
            if answer.status_code >= 400:
                assert set(answer.json()["error"]) == {"type", "message", "details", "request_id"}

    asyncio.run(send())
