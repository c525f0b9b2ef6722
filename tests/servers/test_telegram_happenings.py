"""Everything that happens in Telegram for tests has the form of Telegram's own updates."""

from typing import Any

import pytest

from tests.servers import telegram_happenings as happenings
from tests.servers.specs_telegram import against_type, specification

MESSAGE = happenings.message(5, "Хочу пионы")
ALL: list[dict[str, Any]] = [
    MESSAGE,
    happenings.press(5, "a:1"),
    happenings.press_of_old(5, "a:1"),
    happenings.press_inline(5, "a:1"),
    happenings.started(5),
    happenings.started(5, "from-the-site"),
    *[happenings.attached(5, kind) for kind in happenings.FILES],
    *happenings.album(5, ["photo", "video"], caption="Вот", caption_at=1),
    happenings.located(5, 55.75, 37.61),
    happenings.located(5, 55.75, 37.61, live_period=900),
    happenings.moved(5, 1, 55.76, 37.61, live_period=900),
    happenings.venue(5, 55.75, 37.61, "Кафе"),
    happenings.contact(5, "+79991234567"),
    happenings.contact(5, "+79991234567", own=False),
    happenings.thrown(5),
    happenings.edited(5, 1, "Хочу розы"),
    happenings.replying(MESSAGE, MESSAGE["message"], quote="пионы"),
    happenings.replying_elsewhere(MESSAGE, quote="пионы"),
    happenings.blocked(5),
    happenings.unblocked(5),
    happenings.reacted(5, 1, "👍", old=["👎"]),
    happenings.reaction_count(-1001, 1, **{"👍": 7}),
    happenings.web_app_data(5, '{"size": 40}'),
    happenings.shipping_query(5, "order-1"),
    happenings.pre_checkout_query(5, "order-1", 250_000),
    happenings.successful_payment(5, "order-1", 250_000),
    happenings.refunded_payment(5, "order-1", 7),
    happenings.asked(5, "Как вам?", "Хорошо", "Плохо"),
    happenings.in_group(5, -77, "Всем привет"),
    *happenings.migrated(-77, -1007),
    happenings.posted("Новинка"),
    happenings.posted("Новинка", edited=True),
    happenings.for_business(5, "Вы открыты?"),
]


@pytest.mark.skipif(
    specification() is None,
    reason="no telegram/api.json: set EASYFLOW_SPECS to the folder of the specifications",
)
@pytest.mark.parametrize("update", ALL, ids=lambda update: next(iter(update)))
def test_it_is_an_update_of_the_specification(update: dict[str, Any]) -> None:
    assert against_type("Update", {"update_id": 7, **update}) == []


def test_an_album_names_its_group_and_has_its_words_where_they_are_wanted() -> None:
    first, second = happenings.album(5, ["photo", "video"], caption="Вот", caption_at=1)
    assert first["message"]["media_group_id"] == second["message"]["media_group_id"]
    assert ("caption" in first["message"], second["message"]["caption"]) == (False, "Вот")


def test_a_reply_knows_where_its_quote_stands() -> None:
    reply = happenings.replying(MESSAGE, MESSAGE["message"], quote="пионы")["message"]
    assert reply["quote"] == {"text": "пионы", "position": 5, "is_manual": True}
