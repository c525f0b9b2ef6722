"""What a messenger shows in another form: told only of messengers that the bot names."""

import pytest

from flows.load import load_bot

WHATSAPP = "whatsapp: {token: $(A), phone_id: '1', app_secret: $(B), verify_token: $(C)}"
TELEGRAM = "telegram: {token: $(A)}"
LONG = "А" * 1500
LONGER = "А" * 5000


def told(say: str, channels: str, *, verb: str = "say") -> list[str]:
    """The codes and what they are about, of a flow that says one thing."""
    files = {
        "bot.yaml": f"bot: Б\nstart: а\nchannels: {{{channels}}}\n"
        if channels
        else "bot: Б\nstart: а\n",
        "flows/a.yaml": f"flow: а\nwhen: [/start]\nsteps: {{ш: {{{verb}: {say}}}}}\n",
    }
    bot = load_bot("б", files, {}, media=["media/a.jpg", "media/b.jpg"])
    return [f"{one.code} {one.text}" for one in bot.warnings if one.code in ("W067", "W068")]


ALBUM = "{text: А, album: [media/a.jpg, media/b.jpg]}"
CARDS = "{cards: [{title: А}, {title: Б}]}"


@pytest.mark.parametrize(
    ("say", "channels", "about"),
    [
        (ALBUM, WHATSAPP, "картинки придут по одной"),
        (CARDS, WHATSAPP, "каждая карточка придёт своим сообщением"),
        (
            "{text: А, buttons: {Б: {url: https://a.b}, В: {call: а}}}",
            WHATSAPP,
            "кнопки со ссылками станут строками текста",
        ),
        (LONGER, WHATSAPP, "5000 знаков придут 2 сообщениями"),
        (f"{{text: {LONG}, photo: media/a.jpg}}", WHATSAPP, "слова придут отдельно"),
        (f"{{text: {LONG}, photo: media/a.jpg}}", TELEGRAM, "слова придут отдельно"),
    ],
)
def test_what_looks_otherwise_is_told(say: str, channels: str, about: str) -> None:
    (only,) = told(say, channels)
    assert about in only


@pytest.mark.parametrize(
    ("say", "channels"),
    [
        (ALBUM, ""),
        (ALBUM, TELEGRAM),
        (CARDS, TELEGRAM),
        ("{text: А, buttons: {Б: {url: https://a.b}}}", WHATSAPP),
        (f"{{text: {LONG}, photo: media/a.jpg, telegram: Коротко}}", TELEGRAM),
        ("{text: А, only: [telegram], album: [media/a.jpg, media/b.jpg]}", WHATSAPP),
        ("{text: А, whatsapp: {template: т}}", WHATSAPP),
        ("{text: А, whatsapp: {template: т}}", TELEGRAM),
    ],
)
def test_what_is_shown_as_written_or_written_anew_is_not_told(say: str, channels: str) -> None:
    assert told(say, channels) == []


def test_a_question_is_not_told_of() -> None:
    assert told(LONGER, WHATSAPP, verb="ask") == []


def test_a_phone_that_has_to_be_typed_is_told() -> None:
    ask = "Номер?, save: тел, as: phone, buttons: {Отправить: {share: phone}}"
    (only,) = told(ask, "vk: {token: $(A), group: '1'}", verb="ask")
    assert only.startswith("W068 в VK нет кнопки «Отправить»")
    assert told(ask, TELEGRAM, verb="ask") == []
