"""Talking to a bot in the terminal: what is typed becomes messages, what is said is printed."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.terminal.chat import Pays, Talk
from adapters.terminal.recording import Notes
from adapters.terminal.screen import Screen
from bots.inside import Inside
from bots.model.answer import Answer
from bots.model.conversation import Conversation
from bots.model.message import Address, Attachment, Button, Card, Keyboard, UnifiedMessage
from bots.model.turn import MessageRecord
from flows.turn import GivenBack

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
POSITION = {
    "stack": [
        {
            "id": 1,
            "flow": "menu",
            "version": "v",
            "at": 3,
            "why": "task",
            "step": "choice",
            "variables": {"order": {"sum": 5}},
            "wait": {
                "id": "w1",
                "kind": "ask",
                "entry": 3,
                "signature": ["choice", "pick", "choice"],
                "tries": 2,
            },
        }
    ]
}
MENU = (
    Button(text="Где заказ", payload="q:1:0"),
    Button(text="Следить", url="https://example.com/track"),
    Button(text="Мой номер", share="phone"),
    Button(text="Моё место", share="location"),
)


def conversation(address: Address) -> Conversation:
    return Conversation(
        id=1,
        uuid="0",
        address=address,
        platform=address.channel,
        user_id="me",
        customer_id=1,
        created_at=NOW,
        updated_at=NOW,
        user={"name": "Аня"},
        position=POSITION,
    )


class Echo:
    """An inbox that answers every message with the same menu."""

    def __init__(self, screen: Screen, inside: Inside) -> None:
        self._screen = screen
        self._inside = inside
        self.kept: list[str] = []
        self.heard: list[UnifiedMessage] = []
        self.given_back: list[Address] = []

    async def give_back(self, address: Address, what: GivenBack) -> Conversation:
        self.given_back.append(address)
        return conversation(address)

    async def ask(self, message: UnifiedMessage, *, patience: float = 25.0) -> Answer:
        self.heard.append(message)
        said = MessageRecord(
            message_id="m",
            seq=2,
            direction="outbound",
            author="bot",
            created_at=NOW,
            text="Чем помочь?\nВыберите:",
            attachments=(Attachment(kind="photo", ref="media/hello.jpg"),),
            keyboard=Keyboard(rows=(MENU[:2], MENU[2:])),
        )
        chat = conversation(message.address)
        heard = MessageRecord(
            message_id="h",
            seq=1,
            direction="inbound",
            author="customer",
            created_at=NOW,
            text=message.text or "",
            rung="exact",
            because={"words": "/start"},
            intent="menu",
        )
        self._inside.told(chat, [heard, said], [])
        self._screen.told(chat, [heard, said], [])
        return Answer(conversation=chat, said=[said])


async def talk(*lines: str) -> tuple[Sequence[UnifiedMessage], str]:
    echo, printed = await talked(*lines)
    return echo.heard, printed


async def talked(*lines: str, pays: Pays | None = None) -> tuple[Echo, str]:
    out = io.StringIO()
    screen = Screen(out, title="Ромашка")
    inside = Inside("ru")
    echo = Echo(screen, inside)
    kept: list[str] = []

    def keep(notes: Notes, name: str, uuid: str) -> list[str]:
        had = notes.recording(name, NOW, (), {})
        kept.append(f"{name}: {[(one.line.move, one.line.text) for one in had.deeds]}")
        return ["записано"]

    echo.kept = kept
    ids = (f"{number:032x}" for number in range(1, 100))
    person = Talk(
        inbox=echo,
        screen=screen,
        bot="shop",
        workspace=1,
        person="me",
        clock=lambda: NOW,
        new_id=lambda: next(ids),
        inside=inside,
        keep=keep,
        pays=pays,
    )
    await person.run(io.StringIO("\n".join(lines) + "\n"))
    return echo, out.getvalue()


async def test_a_line_is_a_message_from_the_terminal() -> None:
    heard, _ = await talk("привет")
    assert [message.text for message in heard] == ["привет"]
    assert heard[0].address == Address(1, "shop", "terminal", "me")


async def test_what_the_bot_says_is_printed_with_its_picture_and_numbered_buttons() -> None:
    _, printed = await talk("привет")
    assert printed.splitlines() == [
        "Ромашка: [photo media/hello.jpg]",
        "  Чем помочь?",
        "  Выберите:",
        "  1. Где заказ",
        "  2. Следить → https://example.com/track",
        "  3. Мой номер",
        "  4. Моё место",
    ]


async def test_a_button_is_pressed_by_its_number_or_its_label() -> None:
    heard, _ = await talk("привет", "1", "где заказ")
    assert [(one.happening, one.button) for one in heard[1:]] == [("button", "q:1:0")] * 2


async def test_a_number_without_such_a_button_is_a_text() -> None:
    heard, _ = await talk("1", "12345")
    assert [one.text for one in heard] == ["1", "12345"]
    assert [one.button for one in heard] == [None, None]


async def test_a_link_is_shown_and_the_bot_hears_nothing() -> None:
    heard, printed = await talk("привет", "2")
    assert len(heard) == 1
    assert "откройте её в браузере: https://example.com/track" in printed


async def test_pressing_the_link_of_a_payment_pays_it() -> None:
    paid: list[str] = []

    async def pays(url: str) -> bool:
        paid.append(url)
        return True

    echo, printed = await talked("привет", "2", pays=pays)
    assert paid == ["https://example.com/track"]
    assert "оплачено" in printed
    assert len(echo.heard) == 1


async def test_a_phone_and_a_place_are_asked_for_and_shared() -> None:
    heard, _ = await talk("привет", "3", "+7 999 123-45-67", "4", "55.75, 37.61")
    phone, place = heard[1].attachments[0], heard[2].attachments[0]
    assert (phone.kind, dict(phone.details)) == (
        "contact",
        {"phone": "+7 999 123-45-67", "own": True},
    )
    assert dict(place.details) == {"latitude": 55.75, "longitude": 37.61}


async def test_anything_else_instead_of_a_phone_goes_to_the_bot() -> None:
    heard, _ = await talk("привет", "3", "не хочу")
    assert (heard[1].text, heard[1].attachments) == ("не хочу", ())


async def test_a_photo_can_be_sent_by_name() -> None:
    heard, _ = await talk("/photo a.jpg")
    assert heard[0].message_type == "image"
    assert heard[0].attachments[0].ref == "a.jpg"


async def test_quit_ends_it_and_empty_lines_say_nothing() -> None:
    heard, _ = await talk("", "  ", "раз", "/quit", "два")
    assert [one.text for one in heard] == ["раз"]


async def test_a_chat_that_waits_for_a_person_can_be_given_back() -> None:
    echo, _ = await talked("оператор", "/release")
    assert echo.given_back == [Address(1, "shop", "terminal", "me")]
    assert len(echo.heard) == 1


async def test_messages_of_other_channels_are_not_printed() -> None:
    out = io.StringIO()
    screen = Screen(out, title="Ромашка")
    other = UnifiedMessage(
        message_id="1",
        address=Address(1, "shop", "web", "me"),
        platform="web",
        user_id="me",
        external_id="1",
        timestamp=NOW,
        text="привет",
    )
    await Echo(screen, Inside("ru")).ask(other)
    assert out.getvalue() == ""


async def test_state_variables_and_the_way_of_each_message_are_shown_and_not_sent() -> None:
    echo, printed = await talked("/start", "/state", "/vars", "/trace")
    assert [message.text for message in echo.heard] == ["/start"]
    assert printed.splitlines()[-4:] == [
        "  menu · choice — ждёт ответа «pick», промахов 2",
        "  order: {sum: 5}",
        "  user.name: Аня",
        "  /start — точные слова «/start» → menu",
    ]


async def test_what_was_typed_is_kept_as_a_test_by_its_name() -> None:
    echo, printed = await talked("раз", "/record возврат", "да", "1", "/photo a.jpg", "/save")
    assert printed.splitlines()[-1] == "записано"
    assert echo.kept == [
        "возврат: [('says', 'да'), ('presses', 'Где заказ'), ('sends', '')]",
    ]
    assert len({message.address for message in echo.heard}) == 2


async def test_where_nothing_was_said_nothing_is_kept() -> None:
    echo, printed = await talked("/save пусто")
    assert (echo.kept, "Записывать нечего" in printed) == ([], True)


def test_cards_are_printed_under_one_another_and_their_buttons_are_numbered_on() -> None:
    out = io.StringIO()
    screen = Screen(out, title="Ромашка")
    record = MessageRecord(
        message_id="m",
        seq=1,
        direction="outbound",
        author="bot",
        created_at=NOW,
        text="Выбирайте",
        cards=(
            Card(
                title="Пионы",
                text="11 штук",
                photo="media/p.jpg",
                keyboard=Keyboard(rows=((Button(text="Взять пионы", payload="s:1"),),)),
            ),
            Card(
                title="Маки", keyboard=Keyboard(rows=((Button(text="Взять маки", payload="s:2"),),))
            ),
        ),
    )
    screen.told(conversation(Address(1, "shop", "terminal", "me")), [record], [])
    assert out.getvalue().splitlines() == [
        "Ромашка: Выбирайте",
        "  ▪ Пионы",
        "    [photo media/p.jpg]",
        "    11 штук",
        "    1. Взять пионы",
        "  ▪ Маки",
        "    2. Взять маки",
    ]
    assert [button.payload for button in screen.buttons] == ["s:1", "s:2"]


async def test_any_file_is_sent_by_its_name() -> None:
    heard, _ = await talk("/photo a.jpg", "/video b.mp4", "/voice c.ogg", "/file d.pdf", "/file")
    sent = [(one.message_type, [each.ref for each in one.attachments]) for one in heard]
    assert sent == [
        ("image", ["a.jpg"]),
        ("video", ["b.mp4"]),
        ("voice", ["c.ogg"]),
        ("document", ["d.pdf"]),
        ("text", []),
    ]
