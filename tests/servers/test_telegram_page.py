"""Topics as pages: what is marked, folded, pinned and pressed in them is seen."""

from tests.servers.telegram_group import Shown, ShownTopic
from tests.servers.telegram_page import marked, page


def test_entities_are_counted_in_utf_16_and_may_stand_in_one_another() -> None:
    text = "😀 Анна <купила>"
    entities = [
        {"type": "bold", "offset": 3, "length": 13},
        {"type": "italic", "offset": 3, "length": 4},
        {"type": "expandable_blockquote", "offset": 8, "length": 8},
    ]
    assert marked(text, entities) == (
        "😀 <b><i>Анна</i> <blockquote class=folded>&lt;купила&gt;</blockquote></b>"
    )


def test_a_page_has_the_topic_its_pin_and_its_buttons() -> None:
    topic = ShownTopic(thread=7, name="Анна · TG · #1042", icon="❗️", closed=True, gone="", by=1)
    keys = {"inline_keyboard": [[{"text": "Взять", "callback_data": "h:1:take:1"}]]}
    message = {
        "from": {"first_name": "Бот"},
        "date": 1_790_000_000,
        "text": "Ждёт",
        "reply_markup": keys,
    }
    card = Shown(id=8, thread=7, mine=True, by="Бот", text="Ждёт", message=message, pinned=True)
    made = page(topic, [card])
    for part in ("Анна · TG · #1042", "❗️", "тема закрыта", "Закреплено", "<span>Взять</span>"):
        assert part in made
