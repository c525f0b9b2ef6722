"""What a bot says of the world outside: actions, secrets, knowledge, channels, its calendar."""

from datetime import date, timedelta
from textwrap import dedent
from typing import Any

import pytest

from flows.errors import LoadError
from flows.hidden import HIDDEN, Unset, masked, revealed
from flows.load import Loaded, load_bot
from flows.model import ActionSpec, Input, Output, Source, Wording
from flows.rehearsal import Rehearsal
from tests.flows.conftest import MONDAY_MORNING

ACTIONS = {
    "http.get": ActionSpec(
        name="http.get",
        inputs={"url": Input(kind="address"), "headers": Input(kind="object", required=False)},
    ),
    "knowledge.answer": ActionSpec(
        name="knowledge.answer",
        inputs={"question": Input(), "sources": Input(kind="sources", required=False)},
    ),
    "llm.answer": ActionSpec(name="llm.answer", missing=Wording("нет модели", "no model")),
    "shop.order": ActionSpec(name="shop.order", outputs={"status": Output(), "total": Output()}),
    "shop.orders": ActionSpec(name="shop.orders", outputs={"number": Output()}, listed=True),
    "calendar.mine": ActionSpec(name="calendar.mine"),
}
BOT = "bot: Б\nstart: ф\n"


def load(action: str, bot: str = BOT, **more: Any) -> Loaded:
    """A bot of one flow that does one thing; its action stands in line 5."""
    body = "\n".join(f"    {line}" for line in dedent(action).strip().splitlines())
    flow = f"flow: ф\nwhen: [/start]\nsteps:\n  а:\n{body}\n"
    files = {"bot.yaml": dedent(bot), "flows/f.yaml": flow, **more.pop("files", {})}
    return load_bot("б", files, ACTIONS, **more)


def told(action: str, bot: str = BOT, **more: Any) -> list[str]:
    try:
        return [str(one) for one in load(action, bot, **more).warnings]
    except LoadError as error:
        return [str(one) for one in error.complaints]


# ---------------------------------------------------------------- actions


def test_an_action_that_cannot_work_yet_is_warned_about_with_the_reason() -> None:
    assert told("- do: llm.answer") == [
        "flows/f.yaml:5: W092 действие «llm.answer» пока не заработает: нет модели"
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com",
        "https://api.example.com/orders/1",
        "https://api.example.com/orders/{{ msg.text }}",
        "https://api.example.com:8443?q={{ msg.text }}",
        "http://shop.local:8080/{{ msg.text }}",
    ],
)
def test_what_follows_the_server_may_be_filled_in(url: str) -> None:
    assert told(f'- do: http.get\n  with: {{url: "{url}"}}') == []


@pytest.mark.parametrize(
    "url",
    [
        "{{ msg.text }}",
        "https://{{ msg.text }}",
        "https://{{ msg.text }}.example.com/",
        "https://api.example.com{{ msg.text }}",
        "https://api.example.com:{{ msg.text }}/",
        "https://me@{{ msg.text }}/",
        "https://me@api.example.com/",
        "https://api.example.com\\\\{{ msg.text }}",
        "ftp://api.example.com/",
        "api.example.com/",
        "5",
    ],
)
def test_nobodys_words_may_choose_the_server(url: str) -> None:
    (complaint,) = told(f'- do: http.get\n  with: {{url: "{url}"}}')
    assert complaint.startswith("flows/f.yaml:6: E033 адрес сервера в «url» должен быть написан")


def test_a_field_that_an_action_does_not_give_is_told_with_the_nearest() -> None:
    action = '- do: shop.order\n  save: заказ\n- say: "{{ заказ.status }} {{ заказ.statys }}"'
    (complaint,) = told(action)
    assert complaint.startswith("flows/f.yaml:7: W035 «заказ.statys» всегда пусто: «shop.order»")
    assert complaint.endswith("такого не даёт — может, «status»?")


@pytest.mark.parametrize(
    ("reads", "name"),
    [
        ("- say: {list: все, text: '№{{ item.number }} {{ item.nomber }}'}", "item.nomber"),
        ("- each: все\n  then: {say: '{{ item.number }} {{ item.nomber }}'}", "item.nomber"),
        ("- ask: Ну?\n  options: все\n  label: '{{ item.nomber }}'", "item.nomber"),
        (
            (
                "- ask: Ну?\n  options: все\n  label: '{{ item.number }}'\n  save: один\n"
                "- say: '{{ один.number }} {{ один.nomber }}'"
            ),
            "один.nomber",
        ),
    ],
)
def test_a_field_that_elements_of_a_list_do_not_have_is_told(reads: str, name: str) -> None:
    (complaint,) = told(f"- do: shop.orders\n  save: все\n{reads}")
    assert f"W035 «{name}» всегда пусто: «shop.orders»" in complaint
    assert complaint.endswith("такого не даёт — может, «number»?")


@pytest.mark.parametrize(
    "reads",
    [
        "- each: first(все)\n  then: {say: '{{ item.any }}'}",
        "- say: '{{ item.any }} {{ все.any }}'",
        (
            "- ask: Ну?\n  options: все\n  label: '{{ item.number }}'\n  save: один\n"
            "- set: {один: \"{{ msg }}\"}\n- say: '{{ один.text }}'"
        ),
        (
            "- ask: Ну?\n  as: many\n  options: все\n  label: '{{ item.number }}'\n  save: отмечены\n"
            "- each: отмечены\n  then: {say: '{{ item.any }}'}"
        ),
    ],
)
def test_an_element_of_something_else_may_have_any_field(reads: str) -> None:
    assert told(f"- do: shop.orders\n  save: все\n{reads}") == []


def test_a_field_that_a_called_flow_does_not_promise_is_told_too() -> None:
    steps = '- call: счёт\n  save: итог\n- say: "{{ итог.сумма }} {{ итог.сума }}"'
    bill = "flow: счёт\ngives: {сумма: number}\nsteps: {а: {done: {сумма: 5}}}\n"
    (complaint,) = told(steps, files={"flows/bill.yaml": bill})
    assert complaint.endswith(
        "W035 «итог.сума» всегда пусто: «счёт» такого не даёт — может, «сумма»?"
    )


def test_a_variable_that_others_fill_too_may_have_any_field() -> None:
    action = (
        '- do: shop.order\n  save: заказ\n- set: {заказ: "{{ msg }}"}\n- say: "{{ заказ.text }}"'
    )
    assert told(action) == []


# ---------------------------------------------------------------- secrets

WITH_SECRET = """
    - do: http.get
      with:
        url: https://api.example.com/?q={{ msg.text }}
        headers: {Authorization: "Bearer {{ secrets.token }}", X: "{{ msg.text }}"}
"""
DECLARED = BOT + "secrets: [token]\n"


def test_a_secret_may_stand_in_what_an_action_is_given() -> None:
    assert told(WITH_SECRET, DECLARED, secrets={"token"}) == []


def test_a_secret_without_a_value_is_warned_about() -> None:
    assert told(WITH_SECRET, DECLARED, secrets=set()) == [
        "bot.yaml:3: W032 у секрета «token» нет значения — задайте EASYFLOW_SECRETS__TOKEN"
    ]


def test_a_secret_nobody_declared_is_an_error_with_the_nearest_name() -> None:
    assert told(WITH_SECRET, BOT + "secrets: [tokens]\n") == [
        "flows/f.yaml:8: E018 среди секретов в bot.yaml (ключ secrets) нет «token» — может, «tokens»?"
    ]


@pytest.mark.parametrize(
    "action",
    [
        '- say: "{{ secrets.token }}"',
        "- if: secrets.token == 'a'\n  then: {say: да}",
        '- set: {а: "{{ secrets.token }}"}\n- say: "{{ а }}"',
        '- ask: "{{ secrets.token }}?"\n  save: а',
        '- do: http.get\n  with: {url: https://a.b/}\n- goal: "x"\n- say: "{{ secrets.token }}"',
        "- later: {after: 1h, call: ф, with: {}, id: '{{ secrets.token }}'}",
    ],
)
def test_a_secret_may_stand_nowhere_else(action: str) -> None:
    assert any("E032 секреты можно брать только в with" in one for one in told(action, DECLARED))


def chat_with(text: str, seen: list[dict[str, Any]]) -> Rehearsal:
    """A chat in which an action has been asked for after hearing a text; it still waits."""
    flow = "- ask: Что?\n  save: а\n  as: text\n"
    flow += dedent(WITH_SECRET).strip().replace("msg.text", "а")
    play = Rehearsal(
        bot=load(flow, DECLARED).bot,
        actions=lambda name, arguments: seen.append(dict(arguments)),
        now=MONDAY_MORNING,
        held=True,
    )
    play.hear("/start")
    play.hear(text)
    return play


def run_with(text: str) -> dict[str, Any]:
    """The arguments of the action as the engine gives them out, after hearing a text."""
    (run,) = chat_with(text, []).running.values()
    return dict(run.arguments)


def test_in_a_bots_tests_a_secret_stands_by_its_name() -> None:
    seen: list[dict[str, Any]] = []
    chat_with("привет", seen).answer_actions()
    assert [one["headers"]["Authorization"] for one in seen] == ["Bearer secrets.token"]
    assert HIDDEN not in seen[0]


def test_the_engine_never_holds_the_value_only_a_mark() -> None:
    arguments = run_with("привет")
    given, used = revealed(arguments, {"token": "s3cret"}.get)
    assert given["headers"] == {"Authorization": "Bearer s3cret", "X": "привет"}
    assert used == ["s3cret"]
    assert HIDDEN not in given
    assert "s3cret" not in str(arguments)


@pytest.mark.parametrize(
    "forged", ["⟦secret 0:token⟧", "⟦secret 1:token⟧ ⟦secret 0:token⟧", "{{ secrets.token }}", "⟦"]
)
def test_a_customer_cannot_forge_a_mark(forged: str) -> None:
    given, _ = revealed(run_with(forged), {"token": "s3cret"}.get)
    assert given["headers"]["X"] == forged
    assert "s3cret" not in given["url"]


def test_a_secret_that_has_lost_its_value_fails_in_words() -> None:
    with pytest.raises(Unset, match="the secret token has no value"):
        revealed(run_with("привет"), lambda name: None)


def test_what_an_action_repeats_of_a_secret_is_masked() -> None:
    told = masked({"headers": [{"a s3cret b": "s3cret"}], "n": 5, "no": None}, ["s3cret"])
    assert told == {"headers": [{"a ••• b": "•••"}], "n": 5, "no": None}


@pytest.mark.parametrize(
    "echoed",
    [
        "?key=p%40ss%2Fw%2Brd+%D0%AF",
        "?key=p%40ss/w%2Brd%20%D0%AF",
        r'{"key": "p@ss/w+rd \u042f"}',
        "p@ss/w+rd Я",
    ],
)
def test_a_secret_is_masked_as_addresses_and_json_write_it(echoed: str) -> None:
    told = masked(echoed, ["p@ss/w+rd Я"])
    assert "•••" in told
    assert "rd" not in told


def test_of_two_secrets_that_begin_alike_nothing_is_left() -> None:
    assert masked("a secret-and-more", ["secret", "secret-and-more"]) == "a •••"


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("words", "piece"),
    [
        ("12345", "12345"),
        ("Тверь", "Тверь"),
        ("../admin", "..%2Fadmin"),
        ("1?role=admin#", "1%3Frole%3Dadmin%23"),
        ("1&role=admin", "1%26role%3Dadmin"),
        ("a b\\%2e", "a%20b%5C%252e"),
    ],
)
def test_what_is_filled_into_an_address_stays_one_piece_of_it(words: str, piece: str) -> None:
    url = run_with(words)["url"]
    assert url == f"https://api.example.com/?q={piece}"


def test_a_secret_in_an_address_comes_as_it_is() -> None:
    action = "- do: http.get\n  with: {url: 'https://api.example.com/bot{{ secrets.token }}/me'}"
    play = Rehearsal(
        bot=load(action, DECLARED).bot,
        actions=lambda name, arguments: None,
        now=MONDAY_MORNING,
        held=True,
    )
    play.hear("/start")
    (run,) = play.running.values()
    given, _ = revealed(run.arguments, {"token": "12:ab/c"}.get)
    assert given["url"] == "https://api.example.com/bot12:ab/c/me"


# ---------------------------------------------------------------- knowledge


def test_a_source_is_a_file_a_folder_or_documents() -> None:
    bot = BOT + "knowledge: {faq: knowledge/faq.md, all: knowledge/more/, docs: {documents: x}}\n"
    files = ["knowledge/faq.md", "knowledge/more/a.md"]
    loaded = load("- say: да", bot, knowledge=files)
    assert loaded.bot.knowledge == {
        "faq": Source(path="knowledge/faq.md"),
        "all": Source(path="knowledge/more"),
        "docs": Source(documents="x"),
    }
    assert [one.code for one in loaded.warnings] == ["W091"]


def test_a_source_that_is_not_there_is_told_with_the_nearest_file() -> None:
    bot = BOT + "knowledge: {faq: knowledge/fak.md}\n"
    (complaint,) = told("- say: да", bot, knowledge=["knowledge/faq.md"])
    assert complaint.startswith("bot.yaml:3: E031 нет файла «knowledge/fak.md» — положите")
    assert complaint.endswith(" — может, «knowledge/faq.md»?")


def test_an_action_that_names_no_source_of_the_bot_is_told() -> None:
    action = "- do: knowledge.answer\n  with: {question: а, sources: [faq, delivry]}"
    bot = BOT + "knowledge: {faq: knowledge/a.md, delivery: knowledge/b.md}\n"
    (complaint,) = told(action, bot)
    assert complaint.startswith("flows/f.yaml:6: E018 среди источников в bot.yaml (ключ knowledge)")
    assert complaint.endswith("нет «delivry» — может, «delivery»?")


# ---------------------------------------------------------------- channels and queues


@pytest.mark.parametrize(
    "written",
    [
        "channels: {telegram: {token: ${SHOP_TOKEN}}}",
        "channels:\n  telegram: {token: ${SHOP_TOKEN}}",
        "channels:\n\n  # наш бот\n  telegram:\n    token: ${SHOP_TOKEN}",
        'channels: {telegram: {token: "${SHOP_TOKEN}"}}',
    ],
)
def test_a_channels_token_is_a_variable_of_the_environment(written: str) -> None:
    loaded = load("- say: да", f"{BOT}{written}\nuser: {{a: text}}\n")
    assert loaded.bot.channels == {"telegram": {"token": "${SHOP_TOKEN}"}}
    assert loaded.warnings == []


def test_a_token_in_the_file_itself_is_warned_about_and_not_repeated() -> None:
    (complaint,) = told("- say: да", BOT + "channels: {telegram: {token: '123:secret'}}\n")
    assert complaint.startswith("bot.yaml:3: W034 «telegram.token» написан прямо в файле")
    assert "${TELEGRAM_TOKEN}" in complaint
    assert "secret" not in complaint


def test_a_queue_may_have_a_group_and_ask_for_a_rating() -> None:
    bot = BOT + 'queues: {а: {group: "-100123", csat: on}, б: {csat: off}}\n'
    queues = load("- say: да", bot).bot.queues
    assert [(one.group, one.csat) for one in queues.values()] == [("-100123", True), (None, False)]


# ---------------------------------------------------------------- calendar.yaml

CALENDAR = """\
hours: салон
closed: [2026-12-31]
step: 15m
horizon: 14d
services:
  стрижка: {name: Стрижка, price: 1500.5, minutes: 60}
  йога: {minutes: 90, places: 8}
"""
SALON = BOT + "hours: {салон: вт-вс 10:00-20:00}\n"


def test_a_calendar_says_what_can_be_booked_and_when() -> None:
    loaded = load("- do: calendar.mine", SALON, files={"calendar.yaml": CALENDAR})
    booking = loaded.bot.booking
    assert booking is not None
    assert [(one.name, one.price, one.places) for one in booking.services.values()] == [
        ("Стрижка", 1500.5, 1),
        ("йога", 0, 8),
    ]
    assert booking.closed == {date(2026, 12, 31)}
    assert (booking.step, booking.horizon) == (timedelta(minutes=15), timedelta(days=14))
    assert booking.hours.text == "вт-вс 10:00-20:00"
    assert loaded.warnings == []


def test_a_calendar_edited_is_a_new_version() -> None:
    before = load("- say: да", SALON, files={"calendar.yaml": CALENDAR}).bot.version
    after = CALENDAR.replace("90", "60")
    assert load("- say: да", SALON, files={"calendar.yaml": after}).bot.version != before


def test_booking_without_a_calendar_is_warned_about() -> None:
    (complaint,) = told("- do: calendar.mine")
    assert complaint.startswith("flows/f.yaml:5: W093 нет файла calendar.yaml")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("hours: иногда", "calendar.yaml:1: E042 в часах «иногда»"),
        ("services: {а: {name: А}}", "calendar.yaml:5: E013 в «а» не хватает ключа «minutes»"),
        ("services: {а: {minutes: час}}", "calendar.yaml:5: E010"),
        ("services: {а: {minutes: 60, price: дорого}}", "calendar.yaml:5: E010"),
        ("closed: [новый год]", "calendar.yaml:2: E010 в «closed» здесь должно стоять другое"),
        ("step: часто", "calendar.yaml:3: E042"),
        ("stepp: 5m", "calendar.yaml:3: E012 ключ «stepp» не подходит"),
    ],
)
def test_a_mistake_in_a_calendar_is_told_with_its_line(line: str, complaint: str) -> None:
    key = line.partition(":")[0].removesuffix("p")
    key = "step" if key == "ste" else key
    start = CALENDAR.index(f"{key}:")
    end = len(CALENDAR) if key == "services" else CALENDAR.index("\n", start)
    text = CALENDAR[:start] + line + CALENDAR[end:]
    found = told("- say: да", SALON, files={"calendar.yaml": text})
    assert any(one.startswith(complaint) for one in found), found


SORRY = {"flows/s.yaml": "flow: жалоба\nsteps: {а: {say: Простите}}\n"}
ASKS = {
    "flows/s.yaml": "flow: жалоба\nneeds: {заказ: text}\nsteps: {а: {say: 'Простите {{ заказ }}'}}\n"
}


def test_what_a_poor_rating_begins_is_a_flow_that_needs_nothing() -> None:
    bot = BOT + "queues: {а: {csat: {low: жалоба}}}\n"
    queue = load("- say: Да", bot, files=SORRY).bot.queues["а"]
    assert (queue.csat, queue.csat_low) == (True, "жалоба")
    (unknown,) = told("- say: Да", BOT + "queues: {а: {csat: {low: жалобы}}}\n", files=SORRY)
    assert unknown.startswith("bot.yaml:3: E0")
    assert "жалоба" in unknown
    (needs,) = told("- say: Да", bot, files=ASKS)
    assert "заказ" in needs
    (empty,) = told("- say: Да", BOT + "queues: {а: {csat: {}}}\n")
    assert "low" in empty


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("fair: {most: 0, within: 1m}", "most"),
        ("fair: {most: 2}", "within"),
        ("fair: 5", "fair"),
        ("delay: 0s", "больше нуля"),
        ("mirror: some", "mirror"),
        ("reactions: perhaps", "reactions"),
        ("internal_by_default: so", "internal_by_default"),
        ("skills: [[a]]", "skills"),
    ],
)
def test_a_queues_rules_that_make_no_sense_are_told(rule: str, said: str) -> None:
    (complaint,) = told("- say: Да", BOT + f"queues: {{а: {{{rule}}}}}\n")
    assert complaint.startswith("bot.yaml:3: E0")
    assert said in complaint


def test_a_queues_rules_are_read() -> None:
    rules = (
        "skills: [Возвраты, возвраты], languages: [customer, EN], fair: {most: 5, within: 10m},"
        " delay: 20s, mirror: all, reactions: yes, internal_by_default: yes"
    )
    queue = load("- say: Да", BOT + f"queues: {{а: {{{rules}}}}}\n").bot.queues["а"]
    assert (queue.skills, queue.languages) == (("возвраты",), ("customer", "en"))
    assert queue.fair == (5, timedelta(minutes=10))
    assert queue.delay == timedelta(seconds=20)
    assert (queue.mirror, queue.reactions, queue.internal) == ("all", True, True)


@pytest.mark.parametrize(
    ("orders", "said"),
    [
        ("http://crm.example.com", "https://"),
        ("'https://crm.example.com/{{ chat.id }}'", "https://"),
        ("{secret: crm_key}", "url"),
        ("{url: https://crm.example.com, secret: crm_kei}", "crm_key"),
    ],
)
def test_where_orders_come_from_is_checked(orders: str, said: str) -> None:
    bot = BOT + f"secrets: [crm_key]\nqueues: {{а: {{orders: {orders}}}}}\n"
    (complaint,) = told("- say: Да", bot)
    assert said in complaint
    right = (
        BOT + "secrets: [crm_key]\nqueues: {а: {orders: {url: https://a.b/c, secret: crm_key}}}\n"
    )
    queue = load("- say: Да", right).bot.queues["а"]
    assert (queue.orders, queue.orders_secret) == ("https://a.b/c", "crm_key")
