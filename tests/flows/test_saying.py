"""What a message may hold: albums, cards, lists, one of several texts, words for one channel."""

from typing import Any

import pytest

from flows.graph import ways
from flows.model import Say
from flows.turn import Sent
from tests.flows.loading import loaded, only_flow, said, said_of_steps


def flow(*steps: str) -> str:
    body = "\n".join("    " + line for step in steps for line in step.strip("\n").split("\n"))
    return f"flow: а\nabout: А\nwhen: [/a]\nsteps:\n  раз:\n{body}\n"


ORDERS = [{"n": 5, "s": "в пути"}, {"n": 7, "s": "собран"}]


# ---------------------------------------------------------------- media


def test_media_are_sent_in_the_order_in_which_the_owner_wrote_them(talk: Any) -> None:
    dialog = talk(flow("- say: {video: media/v.mp4, text: Вот, photo: media/p.jpg}"))
    dialog.hears("/a", "Вот")
    assert dialog.play.said[-1].media == (("video", "media/v.mp4"), ("photo", "media/p.jpg"))


def test_an_album_takes_paths_addresses_and_what_a_kind_is_said_of(talk: Any) -> None:
    dialog = talk(
        flow(
            """
- say:
    text: Наши работы
    album: [media/1.jpg, "https://example.com/2", media/3.mp4, {file: media/4.jpg}]
"""
        )
    )
    dialog.hears("/a", "Наши работы")
    assert dialog.play.said[-1].album == (
        ("photo", "media/1.jpg"),
        ("photo", "https://example.com/2"),
        ("video", "media/3.mp4"),
        ("document", "media/4.jpg"),
    )


def test_an_album_gives_back_what_the_customer_sent_as_what_it_came(talk: Any) -> None:
    dialog = talk(
        flow(
            "- ask: Фото?\n  save: фото\n  as: photos",
            "- say: {text: '{{ фото | len }} шт., {{ фото[1].name }}', album: '{{ фото }}'}",
        )
    )
    dialog.hears("/a", "Фото?")
    scan = Sent(kind="document", ref="d", details={"mime": "image/png", "name": "чек.png"})
    dialog.gets(Sent(kind="photo", ref="p"), scan).passes("3s", "2 шт., чек.png")
    assert dialog.play.said[-1].album == (("photo", "p"), ("document", "d"))


def test_a_picture_in_a_variable_may_be_none_one_or_several(talk: Any) -> None:
    dialog = talk(
        flow(
            "- do: фото\n  save: x",
            "- say: {text: Вот, photo: '{{ x }}'}",
        ),
        actions={"фото": [None, "https://example.com/a.jpg", {"url": "b.png"}, ["c", "d"]]},
    )
    shown = []
    for _ in range(4):
        dialog.hears("/a", "Вот")
        shown.append([ref for _, ref in dialog.play.said[-1].media])
    assert shown == [[], ["https://example.com/a.jpg"], ["b.png"], ["c", "d"]]


def test_a_question_shows_its_media_too(talk: Any) -> None:
    dialog = talk(flow("- ask: Какой?\n  save: x\n  photo: media/a.jpg\n  buttons: [А, Б]"))
    dialog.hears("/a", "Какой?")
    assert dialog.play.said[-1].media == (("photo", "media/a.jpg"),)


# ---------------------------------------------------------------- cards


CARDS = """
- say:
    text: Выбирайте
    cards:
      - {title: Роза, text: 'Цена {{ 10 * 2 }}', photo: media/r.jpg, buttons: {Купить розу: {go: роза}}}
      - {title: Мак, buttons: {О маке: {url: 'https://example.com'}}}
"""


def test_cards_have_words_a_picture_and_buttons_that_stay_good(talk: Any) -> None:
    buying = "  роза:\n    - ask: Сколько роз?\n      save: x\n"
    dialog = talk(flow(CARDS, "- ask: Ещё?\n  save: y") + buying)
    dialog.hears("/a", "Выбирайте", "Ещё?")
    rose, poppy = dialog.play.said[-2].cards
    assert (rose.title, rose.text, rose.photo) == ("Роза", "Цена 20", "media/r.jpg")
    assert (poppy.title, poppy.text, poppy.photo) == ("Мак", "", "")
    assert poppy.buttons[0].url == "https://example.com"
    dialog.presses("Купить розу", "Сколько роз?")


def test_the_buttons_of_cards_are_on_offer_while_nothing_is_asked(talk: Any) -> None:
    dialog = talk(flow(CARDS) + "  роза:\n    - done\n").hears("/a", "Выбирайте")
    assert dialog.buttons == ["Купить розу", "О маке"]


def test_equal_labels_of_several_cards_can_be_pressed_but_not_written(talk: Any) -> None:
    dialog = talk(
        flow(
            """
- say:
    text: Выбирайте
    cards:
      - {title: Роза, buttons: {Купить: {call: покупка, with: {что: роза}}}}
      - {title: Мак, buttons: {Купить: {call: покупка, with: {что: мак}}}}
"""
        )
        + "---\nflow: покупка\nneeds: {что: text}\nsteps:\n  раз:\n    - say: 'Берём: {{ что }}'\n"
    )
    dialog.hears("/a", "Выбирайте").hears("купить", "Простите*")
    second = dialog.play.said[0].cards[1].buttons[0]
    dialog.play.press_payload(second.payload)
    dialog.says("Берём: мак")


# ---------------------------------------------------------------- lists


def test_lines_about_an_item_come_once_for_each_and_the_others_once(talk: Any) -> None:
    dialog = talk(
        flow(
            "- do: заказы\n  save: x",
            """
- say:
    list: x
    text: |
      Ваши заказы:
      №{{ item.n }} —
        {{ item.s }}
      Всего {{ x | len }}.
""",
        ),
        actions={"заказы": [ORDERS, []]},
    )
    dialog.hears("/a", "Ваши заказы:\n№5 —\n  в пути\n№7 —\n  собран\nВсего 2.")
    dialog.hears("/a", "Ваши заказы:\nВсего 0.")


@pytest.mark.parametrize("nothing", [[], None, "слово", {}])
def test_a_list_of_nothing_is_not_said(talk: Any, nothing: Any) -> None:
    dialog = talk(
        flow(
            "- do: заказы\n  save: x",
            "- say: {list: x, text: '{{ item.n }}', buttons: {Ещё: /a}}",
        ),
        actions={"заказы": [nothing]},
    )
    dialog.hears("/a").says()


def test_an_item_of_a_list_leaves_the_item_of_a_loop_alone(talk: Any) -> None:
    dialog = talk(
        flow(
            """
- each: "[1, 2]"
  then:
    - say: {list: "['а', 'б']", text: '{{ item }}'}
    - say: "{{ item }}"
"""
        )
    )
    dialog.hears("/a", "а\nб", "1", "а\nб", "2")


# ---------------------------------------------------------------- one by chance


@pytest.mark.parametrize("chance", [0.0, 0.25, 0.5, 0.75, 1 - 2**-53])
def test_one_of_several_texts_is_said_and_the_same_one_again(talk: Any, chance: float) -> None:
    picked = []
    for _ in range(2):
        dialog = talk(flow("- say: {pick: [а, б, в]}", "- say: {pick: [а, б, в]}"), chance=chance)
        dialog.hears("/a")
        picked.append([one.text for one in dialog.play.said])
    assert picked[0] == picked[1]
    assert set(picked[0]) <= {"а", "б", "в"}


def test_every_text_has_its_turn(talk: Any) -> None:
    dialog = talk(flow(*["- say: {pick: [а, б, в]}"] * 12))
    dialog.hears("/a")
    assert {one.text for one in dialog.play.said} == {"а", "б", "в"}


# ---------------------------------------------------------------- for one channel


def test_only_some_channels_get_a_message(talk: Any) -> None:
    say = flow("- say: {text: Наклейка, only: [telegram, vk]}", "- say: Всем")
    talk(say, channel="telegram").hears("/a", "Наклейка", "Всем")
    talk(say, channel="web").hears("/a", "Всем")


def test_a_channel_may_get_other_words_or_pictures_and_keeps_the_rest(talk: Any) -> None:
    say = flow(
        """
- say:
    text: Всем
    photo: media/a.jpg
    buttons: {Ещё: /a}
    telegram: Только здесь
    web: {photo: media/b.jpg, pick: [Раз, Раз]}
"""
    )
    shown = {}
    for channel in ("telegram", "web", "vk"):
        dialog = talk(say, channel=channel)
        dialog.hears("/a")
        one = dialog.play.said[-1]
        shown[channel] = (one.text, one.media[0][1], dialog.buttons)
    assert shown == {
        "telegram": ("Только здесь", "media/a.jpg", ["Ещё"]),
        "web": ("Раз", "media/b.jpg", ["Ещё"]),
        "vk": ("Всем", "media/a.jpg", ["Ещё"]),
    }


def test_a_template_goes_to_whatsapp_alone(talk: Any) -> None:
    say = flow(
        "- say: {text: Ждём, whatsapp: {template: visit, values: ['{{ 1 + 1 }}']}}",
    )
    dialog = talk(say, channel="whatsapp").hears("/a", "Ждём")
    assert dialog.play.said[-1].template == {"template": "visit", "values": [2]}
    dialog = talk(say, channel="web").hears("/a", "Ждём")
    assert dialog.play.said[-1].template == {}


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ("- say: {buttons: {А: /a}}", "не хватает ключа «text»"),
        ("- say: [а, б]", "pick:"),
        ("- say: {pick: [а], text: б}", "или text, или pick"),
        ("- say: {pick: а}", "список текстов"),
        ("- say: {list: '[1]', text: Привет}", "строка об элементе списка"),
        ("- say: {list: '[1]'}", "не хватает ключа «text»"),
        ("- say: {text: а, only: [телеграм]}", "бывает: telegram"),
        ("- say: {text: а, album: []}", "пути, адреса"),
        ("- say: {text: а, album: [{voice: a.ogg}]}", "«voice» не подходит к «album»"),
        ("- say: {text: а, album: [media/нет.jpg]}", "media/нет.jpg"),
        ("- say: {text: а, cards: {title: б}}", "список карточек"),
        ("- say: {text: а, cards: [{text: б}]}", "не хватает ключа «title»"),
        ("- say: {text: а, cards: [{title: б, buttons: {Мой: {share: phone}}}]}", "делятся"),
        ("- say: {text: а, telegram: {template: б}}", "«template» не подходит к «telegram»"),
        ("- say: {text: а, whatsapp: {values: [1]}}", "не хватает ключа «template»"),
        ("- say: {text: а, web: {once: yes}}", "«once» не подходит к «web»"),
    ],
)
def test_a_mistake_in_a_message_is_told(steps: str, complaint: str) -> None:
    told = said_of_steps(steps, media=["media/a.jpg"])
    assert any(complaint in one for one in told), told


def test_only_a_channels_own_message_is_a_message_too() -> None:
    message = only_flow("- say: {telegram: Привет}").code[1]
    assert isinstance(message, Say)
    assert message.message.channels["telegram"].text is not None


def test_a_flow_that_only_a_card_calls_is_reached_and_its_steps_are_drawn() -> None:
    cards = "[{title: Роза, buttons: {Купить: {call: покупка}, Дальше: {go: два}}}]"
    flows = (
        flow(f"- say: {{text: Цветы, cards: {cards}}}", "- done")
        + "  два:\n    - say: Всё\n---\nflow: покупка\nsteps:\n  раз:\n    - say: Да\n"
    )
    own = "bot: Тест\nstart: а"
    bot = loaded(flows, bot=own)
    assert said(flows, bot=own) == []
    assert "Дальше" in {way.label for way in ways(bot.flows["а"], 1)}


def test_a_picture_that_is_known_is_shown_when_it_is_to_be_confirmed(talk: Any) -> None:
    asked = flow("- ask: Фото?\n  save: user.photo\n  as: photo\n  known: confirm", "- say: Да")
    known = {"kind": "photo", "ref": "p", "size": 9}
    dialog = talk(asked, bot="user: {photo: photo}", user={"photo": known})
    dialog.hears("/a", "Вот это — верно?")
    assert dialog.play.said[-1].album == (("photo", "p"),)
    dialog.presses("Да", "Да")


def test_the_buttons_of_a_message_above_a_menu_may_be_written(talk: Any) -> None:
    dialog = talk(
        flow(
            CARDS.strip("\n"),
            "- ask: Чем помочь?\n  buttons: {О доставке: {go: роза}}",
        )
        + "  роза:\n    - ask: Сколько роз?\n      save: x\n"
    )
    dialog.hears("/a", "Выбирайте", "Чем помочь?").hears("купить розу", "Сколько роз?")


def test_a_free_answer_is_no_press_of_a_button_above_it(talk: Any) -> None:
    dialog = talk(
        flow(CARDS, "- ask: Ещё?\n  save: y", "- say: '{{ y }}'", "- done")
        + "  роза:\n    - done\n"
    )
    dialog.hears("/a", "Выбирайте", "Ещё?").hears("купить розу", "купить розу")
