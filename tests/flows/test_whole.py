"""What is looked for in a bot that reads well: what nobody needs, gets to, hears or may keep."""

import pytest

from tests.flows.loading import BOT, said, said_of_steps


def codes(complaints: list[str]) -> list[str]:
    return [one.split()[1] for one in complaints]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        # A variable that nobody reads; an answer is kept in the history.
        ("- set: {x: 5}\n- say: Да", ["W021"]),
        ("- do: shop.order\n  with: {number: 1}\n  save: x\n- say: Да", ["W021"]),
        ("- set: {x: 5}\n- set: {x: 6}\n- say: Да", ["W021"]),
        ("- set: {x: 5}\n- say: '{{ x }}'", []),
        ("- set: {x: 5}\n- if: x\n  then: {say: Да}", []),
        ("- set: {user.name: Аня, chat.x: 5}\n- say: Да", []),
        ("- ask: Ну?\n  save: x", []),
        # Conditions that are always the same.
        ("- if: yes\n  then: {say: Да}", ["W057"]),
        ("- if: 2 > 3\n  then: {say: Да}", ["W057"]),
        ("- choose: 5\n  cases: {5: {say: Да}}", ["W057"]),
        ("- if: now > today\n  then: {say: Да}", []),
        ("- if: hours.поддержка.open\n  then: {say: Да}", []),
        # Cases that no answer can be.
        ("- ask: Ну?\n  save: x\n  buttons: [А, Б]\n- choose: x\n  cases: {В: {say: В}}", ["W058"]),
        ("- ask: Ну?\n  save: x\n  buttons: [А, Б]\n- if: x == 'В'\n  then: {say: В}", ["W058"]),
        (
            "- ask: Ну?\n  save: x\n  buttons: [А]\n- if: x in ['А', 'В']\n  then: {say: А}",
            ["W058"],
        ),
        ("- ask: Ну?\n  save: x\n  as: yes_no\n- choose: x\n  cases: {да: {say: А}}", ["W058"]),
        ("- ask: Ну?\n  save: x\n  as: yes_no\n- choose: x\n  cases: {yes: {say: А}}", []),
        ("- ask: Ну?\n  save: x\n  buttons: [А, Б]\n- choose: x\n  cases: {А: {say: А}}", []),
        ("- ask: Ну?\n  save: x\n  buttons: {А: 1, Б: 2}\n- if: x == 2\n  then: {say: Б}", []),
        ("- ask: Ну?\n  save: x\n  buttons: [А]\n- if: x == null\n  then: {say: Б}", []),
        (
            "- ask: Ну?\n  save: x\n  buttons: [А]\n- set: {x: В}\n- if: x == 'В'\n  then: {say: В}",
            [],
        ),
        ("- ask: Ну?\n  save: x\n- if: x == 'В'\n  then: {say: В}", []),
        ("- choose: call.outcome\n  cases: {expires: {say: А}}", ["W058"]),
        ("- if: call.outcome == 'expires'\n  then: {say: А}", ["W058"]),
        ("- if: call.outcome in ['expired', 'cancel', null]\n  then: {say: А}", []),
        # Questions that cannot be answered, keys that do nothing.
        ("- ask: Ну?\n  save: x\n  as: choice", ["E064"]),
        ("- ask: Ну?\n  save: x\n  as: many", ["E064"]),
        ("- ask: Ну?\n  save: x\n  as: yes_no\n  buttons: {А: {say: Б}}", ["W064"]),
        ("- ask: Ну?\n  save: x\n  as: yes_no\n  buttons: {А: yes, Б: {say: Б}}", []),
        ("- ask: Ну?\n  buttons: [А]\n  retry: Ещё\n  tries: 2", ["W066", "W066"]),
        ("- ask: Ну?\n  buttons: [А]\n  save: x\n  retry: Ещё\n  tries: 2", []),
        # Reminders that never come.
        (
            (
                "- ask: Ну?\n  save: x\n  remind: {after: 2h, say: Ну}\n"
                "  timeout: {after: 1h, then: {say: А}}"
            ),
            ["W065"],
        ),
        (
            (
                "- ask: Ну?\n  save: x\n  remind: {after: 1h, say: Ну}\n"
                "  timeout: {after: 2h, then: {say: А}}"
            ),
            [],
        ),
        # Personal data where nobody erases it.
        ("- ask: Ну?\n  save: chat.phone\n  as: phone", ["W070"]),
        ("- ask: Ну?\n  save: тел\n  as: phone\n- set: {chat.к: '{{ тел }}'}", ["W070"]),
        ("- set: {chat.имя: Аня}\n- say: Да", ["W070"]),
        ("- ask: Ну?\n  save: тел\n  as: phone\n- set: {user.phone: '{{ тел }}'}", []),
        ("- ask: Ну?\n  save: chat.тема\n- say: Да", []),
        ("- set: {chat.file_name: a, chat.имя_товара: b, chat.адрес_сайта: c}\n- say: Да", []),
        ("- set: {chat.номер_телефона: 5}\n- say: Да", ["W070"]),
        # A day of silence.
        ("- ask: Ну?\n  save: x\n  expires: 3d\n  remind: {after: 25h, say: Ну}", ["W063"]),
        (
            "- ask: Ну?\n  save: x\n  expires: 3d\n  timeout: {after: 1d, then: {say: А}}",
            ["W063"],
        ),
        ("- ask: Ну?\n  save: x\n  expires: 3d\n  timeout: {after: 1d, then: done}", []),
        (
            (
                "- ask: Ну?\n  save: x\n  expires: 3d\n  timeout: {after: 1d, then:"
                " {say: {text: А, whatsapp: {template: т}}}}"
            ),
            [],
        ),
        (
            (
                "- ask: Ну?\n  save: x\n  expires: 3d\n  timeout: {after: 1d, then:"
                " {say: {text: А, only: [web, telegram]}}}"
            ),
            [],
        ),
        ("- wait: 2d\n- say: Да", ["W063"]),
        ("- wait: 2h\n- say: Да", []),
        ("- wait: {event: a.b, timeout: {after: 2d, then: {say: Да}}}", ["W063"]),
        ("- wait: {event: a.b, timeout: {after: 2h, then: {say: Да}}}", []),
        # What messengers can show.
        (f"- ask: Ну?\n  save: x\n  buttons: [{'а' * 25}]", ["W060"]),
        (f"- ask: Ну?\n  save: x\n  buttons: [{'а' * 24}]", []),
        (
            f"- ask: Ну?\n  save: x\n  buttons: [{', '.join(f'к{n}' for n in range(11))}]",
            ["W061"],
        ),
        (f"- say: {{text: А, only: telegram, buttons: [{'а' * 64}]}}", []),
    ],
)
def test_a_flow_is_looked_through(steps: str, expected: list[str]) -> None:
    told = said_of_steps(steps)
    assert codes(told) == expected, told


def test_only_those_are_named_where_buttons_become_lines() -> None:
    """VK has a keyboard in place of the customer's own for as many as 40."""
    eleven, many = (f"[{', '.join(f'к{n}' for n in range(count))}]" for count in (11, 41))
    (told,) = said_of_steps(f"- ask: Ну?\n  save: x\n  buttons: {eleven}")
    assert "WhatsApp 10;" in str(told)
    (told,) = said_of_steps(f"- ask: Ну?\n  save: x\n  buttons: {many}")
    assert "WhatsApp 10, VK 40;" in str(told)


def test_a_label_is_told_once_with_every_channel_that_cuts_it() -> None:
    told = said_of_steps(f"- ask: Ну?\n  save: x\n  buttons: [{'а' * 70}]")
    assert len(told) == 1
    assert "(Telegram 64, WhatsApp 24, VK 40 знаков)" in told[0]


def test_a_condition_of_a_handler_reads_what_it_names() -> None:
    flow = (
        "flow: меню\nwhen: /start\nsteps: {а: [{set: {x: 5}}, {ask: Ну?, save: y}]}\n"
        "meanwhile: [{when: {contains: сколько, if: x > 3}, then: {say: Много}}]"
    )
    assert said(flow) == []


def test_a_flow_that_never_ends_is_told_unless_it_is_a_menu() -> None:
    question = "[{ask: Ну?, save: x}, {go: а}]"
    assert codes(said(f"flow: меню\nwhen: /start\nsteps: {{а: {question}}}")) == ["W056"]
    menu = "[{ask: Ну?, buttons: [А]}, {go: а}]"
    assert said(f"flow: меню\nwhen: /start\nsteps: {{а: {menu}}}") == []
    handler = "meanwhile: [{when: хватит, then: done}]"
    assert said(f"flow: меню\nwhen: /start\nsteps: {{а: {question}}}\n{handler}") == []
    leaves = "[{ask: Ну?, save: x}, {if: x == 'всё', then: done}, {go: а}]"
    assert said(f"flow: меню\nwhen: /start\nsteps: {{а: {leaves}}}") == []


def test_what_is_said_later_by_another_flow_is_looked_at_there() -> None:
    menu = "flow: меню\nwhen: /start\nsteps: {а: {later: {at: now + days(2), call: весть}}}"
    plain = "flow: весть\nsteps: {а: [{call: слова}]}"
    words = "flow: слова\nsteps: {а: {say: Пора}}"
    assert [one.split()[:2] for one in said(menu, plain, words)] == [["flows/0.yaml:3:", "W063"]]
    template = "flow: слова\nsteps: {а: {say: {text: Пора, whatsapp: {template: т}}}}"
    assert said(menu, plain, template) == []
    soon = menu.replace("at: now + days(2)", "after: 2h")
    assert said(soon, plain, words) == []


def test_what_a_timetable_says_needs_a_template() -> None:
    menu = "flow: меню\nwhen: /start\nsteps: {а: {say: Да}}"
    news = "flow: весть\nwhen: {every: 'mon 10:00', for: yes}\nsteps: {а: {say: Пора}}"
    assert [one.split()[:2] for one in said(menu, news)] == [["flows/1.yaml:2:", "W063"]]
    assert said(menu, news)[0].endswith(
        "Начните с «say: {text: …, whatsapp: {template: имя}}»; если бота там нет, назовите его каналы"
        " в bot.yaml: channels"
    )
    template = news.replace("say: Пора", "say: {text: Пора, whatsapp: {template: т}}")
    assert said(menu, template) == []


def test_a_bot_that_says_nothing_at_first_is_told() -> None:
    flow = "flow: меню\nwhen: цена\nsteps: {а: {say: 100 ₽}}"
    silent = BOT.replace("    start: меню\n", "")
    assert codes(said(flow, bot=silent)) == ["W030"]
    assert said(flow) == []
    assert said(flow.replace("цена", "/start"), bot=silent) == []
    answers = silent.rstrip(" ") + "    meanwhile: [{when: {event: no_match}, then: {call: меню}}]"
    assert said(flow, bot=answers) == []


def test_a_mistake_is_told_without_what_follows_from_it() -> None:
    told = said_of_steps("- set: {x: 5}\n- say: '{{ y }}'\n- if: yes\n  then: {say: Да}")
    assert codes(told) == ["E020"]


def flow(name: str, when: str) -> str:
    return f"flow: {name}\nwhen: {when}\nsteps: {{а: {{say: Да}}}}"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # A phrase begins where a word does and ends anywhere.
        ("[{contains: возврат}]", "[{contains: возврат денег}]", ["W038"]),
        ("[{contains: возврат}]", "[{contains: оформить возвраты}]", ["W038"]),
        ("[{contains: возврат денег}]", "[{contains: возврат}]", []),
        ("[{contains: врат}]", "[{contains: возврат}]", []),
        ("[{contains: возврат, channel: web}]", "[{contains: возврат денег}]", []),
        ("[{contains: возврат, if: user.name}]", "[{contains: возврат денег}]", []),
        # What catches everything.
        ("[{contains: да}]", "[{contains: возврат}]", ["W036"]),
        ("[{contains: не}]", "[{contains: возврат}]", ["W036"]),
        ("[{contains: чек}]", "[{contains: возврат}]", []),
        ("[{matches: '.*'}]", "[{contains: возврат}]", ["W037"]),
        ("[{matches: 'a.*'}]", "[{contains: возврат}]", []),
        # One meaning described twice.
        ("[{means: хочет вернуть}]", "[{means: Хочет вернуть!}]", ["W039"]),
        ("[{means: хочет вернуть}]", "[{means: хочет обменять}]", []),
    ],
)
def test_triggers_that_catch_too_much_or_nothing_are_told(
    first: str, second: str, expected: list[str]
) -> None:
    assert codes(said(flow("меню", first), flow("другой", second))) == expected


def test_phrases_of_one_flow_do_not_shadow_one_another() -> None:
    assert said(flow("меню", "[{contains: [возврат, возврат денег]}]")) == []


def test_a_flow_that_may_not_start_leaves_its_phrases_to_others() -> None:
    guarded = flow("меню", "[{contains: возврат}]") + "\nonly_if: user.name"
    assert said(guarded, flow("другой", "[{contains: возврат денег}]")) == []


def test_phrases_of_the_bots_handlers_are_found_before_those_that_start_flows() -> None:
    bot = BOT.rstrip(" ") + "    meanwhile: [{when: {contains: возврат}, then: {call: меню}}]"
    told = said(flow("меню", "[{contains: возврат денег}]"), bot=bot)
    assert [one.split()[:2] for one in told] == [["flows/0.yaml:2:", "W038"]]
    assert "bot.yaml:8" in told[0]


def test_limits_and_the_day_of_silence_count_only_where_the_bot_lives() -> None:
    steps = (
        f"flow: меню\nwhen: /start\nsteps: {{а: [{{ask: Ну?, save: x, buttons: [{'а' * 30}],"
        " expires: 3d, remind: {after: 25h, say: Ну}}]}"
    )
    assert codes(said(steps)) == ["W060", "W063"]
    at_home = BOT.rstrip(" ") + "    channels: {telegram: {token: '${TOKEN}'}}"
    assert said(steps, bot=at_home) == []


def test_a_reminder_has_no_template_to_be_told_of() -> None:
    (complaint,) = said_of_steps(
        "- ask: Ну?\n  save: x\n  expires: 3d\n  remind: {after: 25h, say: Ну}"
    )
    assert "WhatsApp пропустит только шаблон. Уменьшите срок;" in complaint
