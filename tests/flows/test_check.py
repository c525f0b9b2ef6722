"""Every mistake in a bot folder is told with its place, a code and a cure, in the owner's words."""

import fnmatch
import re
from collections import Counter

import pytest

from flows.english import english
from flows.errors import LoadError
from flows.load import load_bot
from flows.report import Report
from flows.syntax import REFUSED
from flows.vocabulary import TEST_PLACES, VALUES, WORDS, Where, words
from tests.flows.loading import BOT, load, said, said_of, said_of_steps

GOOD = "flow: меню\nwhen: привет\nsteps: {a: {say: Привет}}"


def only(complaints: list[str]) -> str:
    assert len(complaints) == 1, complaints
    return complaints[0]


# ---------------------------------------------------------------- one flow's actions


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ("- asq: Ну?", "E011 не знаю действия «asq» — может, «ask»?"),
        ("- say", "E010 в «say» здесь должно стоять другое: значение после двоеточия"),
        ("- say:", "E010 в «say» здесь должно стоять другое: значение после двоеточия"),
        ("- save: x\n  ask: Ну?", "E011 действие начинается со своего слова — поставьте «ask»"),
        ("- ask: Ну?\n  retires: 3", "E012 ключ «retires» не подходит к «ask»"),
        ("- ask: Ну?\n  rety: Ещё", "E012 ключ «rety» не подходит к «ask» — может, «retry»?"),
        ("- ask: Ну?\n  say: Да", "E012 «say» — отдельное действие: поставьте перед ним «- »"),
        ("- say: Да\n  photo: x", "E012 ключ «photo» пишется внутри «say», с отступом под ним"),
        ("- ask:\n    text: Да", "E010 у «ask» значение стоит сразу после двоеточия"),
        ("- say: {buttons: [Да]}", "E013 в «say» не хватает ключа «text»"),
        ("- if: now", "E013 в «if» не хватает ключа «then»"),
        ("- go: шак", "E014 в сценарии «меню» нет шага «шак» — может, «шаг»?"),
        ("- call: мeню", "E015 нет сценария «мeню» — может, «меню»?"),
        ("- start: другой", "E015 нет сценария «другой»"),
        ("- ask: Ну?\n  as: telefon", "E016 не знаю типа «telefon»"),
        ("- ask: Ну?\n  as: nubmer", "E016 не знаю типа «nubmer» — может, «number»?"),
        ("- do: shop.ordr", "E017 в каталоге нет действия «shop.ordr» — может, «shop.order»?"),
        ("- handoff: подержка", "E018 среди очередей в bot.yaml (ключ queues) нет «подержка»"),
        ("- say: '{{ hours.x.open }}'", "E018 среди часов работы в bot.yaml (ключ hours) нет «x»"),
        ("- say: '{{ hours.поддержка.opn }}'", "E019 «opn» не подходит к «hours.поддержка»"),
        ("- say: '{{ call.end }}'", "E019 «end» не подходит к «call» — бывает: outcome"),
        ("- set: {call: 5}", "E023 «call» можно только читать — возьмите другое имя"),
        ("- ask: Ну?\n  known: may", "E019 «may» не подходит к «known» — бывает: ask, skip"),
        ("- say: '{{ имя }}'", "E020 переменной «имя» никто не даёт значения"),
        ("- say: '{{ user.fone }}'", "E021 среди полей клиента в bot.yaml (ключ user) нет «fone»"),
        ("- set: {user.age: 5}", "E021 среди полей клиента в bot.yaml (ключ user) нет «age»"),
        ("- set: {5x: 5}", "E022 «5x» не годится для имени"),
        ("- set: {now: 5}", "E023 «now» можно только читать — возьмите другое имя"),
        ("- set: {user: 5}", "E023 «user» можно только читать — возьмите другое имя"),
        ("- do: shop.order", "E024 «shop.order» требует «number» — добавьте в with"),
        (
            "- do: shop.order\n  with: {number: 1, dep: 2}",
            "E025 «shop.order» не принимает «dep» — может, «deep»?",
        ),
        (
            "- set: {нoмер: 5}",
            "E030 в имени «нoмер» смешаны русские и латинские буквы: латинские o",
        ),
        (
            "- if: usеr.name\n  then: done",
            "E030 в имени «usеr» смешаны русские и латинские буквы: русские е",
        ),
        ("- if: now =! 5\n  then: done", "E040 в выражении ошибка, знак 5:"),
        ("- say: '{{ now + }}'", "E041 в тексте ошибка, знак"),
        ("- if: '{{ now }}'\n  then: done", "E044 в «if» скобки {{ }} не нужны"),
        ("- later: {after: 5, call: меню}", "E042 «5» не похоже на срок, пишите так: 30s, 15m"),
        (
            "- wait: {after: 5m}",
            "E010 в «wait» здесь должно стоять другое: пауза пишется сразу: wait: 5m",
        ),
        ("- later: {call: меню}", "E010 в «later» здесь должно стоять другое: или at, или after"),
        ("- ask: Ну?\n  matches: '(a'", "E042 выражение «(a» в matches не читается"),
        ("- ask: Ну?\n  as: photo\n  matches: a", "E042 matches не подходит к ответу «photo»"),
        ("- ask: Ну?\n  tries: три", "E010 в «tries» здесь должно стоять другое: целое число"),
        ("- ask: Ну?\n  label: a", "E013 в «ask» не хватает ключа «options»"),
        ("- ask: Ну?\n  buttons: [Да, да!]", "E062 две кнопки называются одинаково: «да!»"),
        ("- ask: Ну?\n  buttons: Да", "E010 в «buttons» здесь должно стоять другое: список надпис"),
        ("- ask: Ну?\n  buttons: [[Да]]", "E010 в «buttons» здесь должно стоять другое: надпись"),
        (
            "- ask: Ну?\n  buttons: {Да: {cal: меню}}",
            "E011 не знаю действия «cal» — может, «call»?",
        ),
        ("- say: {text: А, buttons: {Да: {cal: меню}}}", "E011 не знаю действия «cal» — может, «c"),
        (
            "- say: {text: А, buttons: {Да: {say: Б}}}",
            "E010 в «buttons» здесь должно стоять другое",
        ),
        ("- say: {text: А, buttons: {Да: [done]}}", "E010 в «buttons» здесь должно стоять другое"),
        ("- ask: Ну?\n  buttons: {Да: {share: всё}}", "E019 «всё» не подходит к «share»"),
        ("- ask: Ну?\n  as: yes_no\n  buttons: {Ага: 5}", "E010 в «yes_no» здесь должно стоять"),
        ("- ask: Ну?\n  as: time\n  buttons: {Рано: 30}", "E042 «30» не похоже на время"),
        ("- wait: скоро", "E042 «скоро»"),
        ("- wait: {event: cancel}", "E019 «cancel» не ждут: на него отвечает обработчик"),
        ("- wait: {event: paid}", "E019 не знаю события «paid» (свои пишут через точку"),
        (
            "- split: x\n  cases: {A: {say: Да}}",
            "E010 в «cases» здесь должно стоять другое: хотя бы две группы",
        ),
        ("- split: x\n  cases: {A: [], B: []}\n  shares: {A: 7, Б: 3}", "E014 доля названа у «Б»"),
        (
            "- split: x\n  cases: {A: [], B: []}\n  shares: {A: 7, B: много}",
            "E010 в «shares» здесь должно стоять другое: доля числом",
        ),
        (
            "- split: x\n  cases: {A: [], B: []}\n  shares: {A: 7}",
            "E013 в «shares» не хватает ключа «B»",
        ),
        ("- say: Раз\n- was: старое", "E013 was стоит первым пунктом шага"),
        ("- done\n- say: Да", "W053 действие никогда не выполнится: перед ним стоит «done»"),
        ("- handoff: поддержка\n  say: Зову.", "W054 если никто не ответит, клиент будет ждать в"),
        (
            "- ask: Ну?\n  save: x\n  as: photo\n  collect: 3s",
            "W015 collect при «as: photo» ничего",
        ),
        ("- go: шаг", "E050 бесконечный круг без ожидания: шаг. Добавьте ask или выход"),
        (
            "- if: user.name\n  then: {go: шаг}",
            "W050 круг без ожидания: шаг. Если условие не изменится, он не кончится",
        ),
        (
            f"- ask: Ну?\n  buttons: [{'длинно' * 11}]",
            "W060 надпись кнопки",
        ),
    ],
)
def test_a_mistake_in_an_action_is_told(steps: str, complaint: str) -> None:
    told = said_of_steps(steps)
    assert any(complaint in one for one in told), told
    assert all(one.startswith("flows/0.yaml:") for one in told)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("штук * 500", True),
        ("'штук + 1'", True),
        ("штук", False),
        ("готово-к-выдаче", False),
        ("штук — это много", False),
        ("user.name | upper", True),
        ("'{{ штук * 500 }}'", False),
        ("+7 (999) 123-45-67", False),
    ],
)
def test_a_sum_without_braces_is_told_to_stay_a_text(value: str, told: bool) -> None:
    steps = f"- ask: Сколько?\n  save: штук\n  as: integer\n- set: {{сумма: {value}}}\n"
    steps += "- say: '{{ сумма }} {{ штук }}'"
    found = said_of_steps(steps)
    assert [one.split()[1] for one in found] == (["W014"] if told else [])
    assert all(f"{{{{ {value.strip(chr(39))} }}}}" in one for one in found)


@pytest.mark.parametrize(
    "buttons",
    ["[{share: phone}]", "{share: location}", "[Да, {url: 'https://a.ru'}]", "[{call: меню}]"],
)
def test_a_button_whose_label_was_forgotten_is_told(buttons: str) -> None:
    told = only(said_of_steps(f"- ask: Номер?\n  save: x\n  buttons: {buttons}"))
    assert told.startswith("flows/0.yaml:7: E010 у кнопки нет надписи")


def test_a_label_may_be_a_word_of_the_language() -> None:
    assert said_of_steps("- ask: Ну?\n  save: x\n  buttons: {share: да, start: {call: меню}}") == []


def test_a_person_who_may_not_come_is_no_silence() -> None:
    cure = "- handoff: поддержка\n  unanswered: {after: 15m, then: {say: Все заняты.}}"
    assert said_of_steps(cure) == []
    own = BOT + "defaults: {tries: 2, else: {handoff: поддержка}}\n"
    told = said("flow: меню\nwhen: /start\nsteps: {а: [{say: Да}]}", bot=own)
    assert only(told).startswith("bot.yaml:8: W054")


def test_one_mistake_is_one_complaint() -> None:
    assert only(said_of_steps("- ask: Ну?\n  save: x\n  retires: 3")).startswith("flows/0.yaml:7:")
    assert only(said_of_steps("- ask: Ну?\n  remind: 2h\n  save: x")).startswith("flows/0.yaml:6:")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_files() -> None:
    flow = "flow: ф\nwhen: слово\nsteps:\n  a:\n    - asq: Ну?\n    - say: '{{ имя }}'\n    - go: б"
    told = said(GOOD, flow, "flow: х\nsteps: {a: {say: *b}}", bot=BOT + "secretz: []")
    assert [one.split()[0] for one in told] == [
        "bot.yaml:8:",
        "flows/1.yaml:5:",
        "flows/1.yaml:6:",
        "flows/1.yaml:7:",
        "flows/2.yaml:2:",
    ]


def test_warnings_do_not_keep_a_bot_from_running() -> None:
    result = load("flow: меню\nwhen: привет\nsteps: {a: [done, {say: Да}]}")
    assert [warning.level for warning in result.warnings] == ["warning"]


@pytest.mark.parametrize(
    ("steps", "line", "column"),
    [
        ("- say: Привет, {{ a + }}", 5, 26),
        ("- say: 'Привет, {{ a + }}'", 5, 27),
        ("- if: now =! 5\n  then: done", 5, 15),
        ("- ask: |\n    Раз\n    {{ + }}", 7, 13),
    ],
)
def test_a_mistake_inside_a_text_is_told_with_its_column(
    steps: str, line: int, column: int
) -> None:
    body = "\n".join(f"    {text}" for text in steps.splitlines())
    flow = f"flow: меню\nwhen: привет\nsteps:\n  a:\n{body}"
    places = [one.place for one in said_of(flow) if one.code in ("E040", "E041")]
    assert [(place.line, place.column) for place in places] == [(line, column)]


def test_a_missing_photo_is_told_where_the_files_are_known() -> None:
    steps = "- say: {text: Да, photo: media/helo.jpg}"
    assert said_of_steps(steps) == []
    assert only(said_of_steps(steps, media=["media/hello.jpg"])) == (
        "flows/0.yaml:5: E031 нет файла «media/helo.jpg» — положите его в папку бота"
        " — может, «media/hello.jpg»?"
    )
    address = "- say: {photo: 'https://example.org/a.jpg'}"
    assert said_of_steps(address, media=[]) == []


# ---------------------------------------------------------------- flows and what lies between them


def test_an_input_a_flow_needs_and_one_it_does_not_know_are_told() -> None:
    told = said(
        """
        flow: меню
        when: привет
        steps:
          а:
            - call: другой
            - call: другой
              with: {тема: о, номр: 1}
        ---
        flow: другой
        needs: {тема: text, номер: {as: text, optional: yes}}
        gives: {итог: text}
        steps: {а: {done: {итг: 1}}}
        """
    )
    assert told == [
        "flows/0.yaml:5: E024 «другой» требует «тема» — добавьте в with",
        "flows/0.yaml:7: E025 «другой» не принимает «номр» — может, «номер»?",
        "flows/0.yaml:12: E025 сценарий «другой» не обещает «итг» в gives — может, «итог»?",
    ]


def test_two_flows_of_one_name_are_told() -> None:
    assert only(said(GOOD, "flow: меню\nsteps: {a: {say: Да}}")) == (
        "flows/1.yaml:1: E026 сценарий «меню» уже есть: flows/0.yaml:1 — переименуйте один из них"
    )


def test_two_flows_with_the_same_exact_words_are_told() -> None:
    told = said(GOOD, "flow: другой\nwhen: ПРИВЕТ!\nsteps: {a: {say: Да}}")
    assert only(told) == (
        "flows/1.yaml:2: E027 слова «ПРИВЕТ!» уже запускают другое: flows/0.yaml:2, и второе никогда"
        " не сработает — оставьте одно"
    )


def test_words_a_handler_takes_first_are_warned_about() -> None:
    bot = BOT + "meanwhile:\n      - {when: привет, then: {go: back}}"
    assert only(said(GOOD, bot=bot)) == (
        "flows/0.yaml:2: W027 слова «привет» раньше перехватывает обработчик бота: bot.yaml:9"
        " — оставьте что-то одно"
    )


def test_a_flow_that_nothing_starts_is_warned_about() -> None:
    assert only(said(GOOD, "flow: другой\nsteps: {a: {say: Да}}")) == (
        "flows/1.yaml:1: W052 сценарий «другой» никто не запускает — добавьте when или call"
    )


@pytest.mark.parametrize(
    "way",
    [
        "call: другой",
        "start: другой",
        "later: {after: 1h, call: другой}",
        "say: {text: Да, buttons: {Ну: {call: другой}}}",
    ],
)
def test_a_flow_that_something_starts_is_not(way: str) -> None:
    menu = "flow: меню\nwhen: привет\nsteps: {a: {%s}}"
    assert said(menu % way, "flow: другой\nsteps: {a: {say: Да}}") == []


def test_a_flow_that_a_poor_rating_starts_is_not_either() -> None:
    bot = BOT.replace("{hours: поддержка}", "{csat: {low: другой}}")
    assert said(GOOD, "flow: другой\nsteps: {a: {say: Жаль}}", bot=bot) == []


def test_a_step_nobody_comes_to_is_warned_about() -> None:
    told = said("flow: меню\nwhen: привет\nsteps: {a: [done], b: {say: Да}, c: {go: b}}")
    assert only([one for one in told if "W051" in one and "«b»" in one])


def test_a_step_that_only_a_button_or_a_handler_comes_to_is_not() -> None:
    steps = """
        flow: меню
        when: привет
        steps:
          a:
            - ask: Ну?
              buttons: {К б: {go: б}}
            - say: {text: Да, buttons: {К в: {go: в}}}
            - done
          б: done
          в: done
          г: done
        meanwhile:
          - {when: г, then: {go: г}}
        """
    assert said(steps) == []


def test_an_input_that_a_message_cannot_give_is_warned_about() -> None:
    told = said("flow: меню\nwhen: привет\nneeds: {тема: text}\nsteps: {a: {say: '{{ тема }}'}}")
    assert only(told).startswith("flows/0.yaml:1: W028 сценарий «меню» начинают сообщения")


def test_a_circle_through_a_question_or_a_called_flow_is_fine() -> None:
    asks = "flow: меню\nwhen: привет\nsteps: {a: [{ask: Ну?}, {go: a}]}"
    calls = "flow: другой\nwhen: слово\nsteps: {a: [{call: меню}, {go: a}]}"
    assert said(asks, calls) == []


def test_a_circle_through_several_steps_names_them() -> None:
    told = said("flow: меню\nwhen: привет\nsteps: {a: {say: Да}, b: {go: a}}")
    assert only([one for one in told if "E050" in one]).endswith(
        "бесконечный круг без ожидания: a → b. Добавьте ask или выход"
    )


def test_a_loop_over_a_list_ends_by_itself() -> None:
    assert said_of_steps("- each: user.name\n  then: {say: '{{ item }}'}") == []


@pytest.mark.parametrize(
    "flow",
    [
        "flow: мeню\nwhen: привет\nsteps: {a: {say: Привет}}",
        "flow: меню\nwhen: привет\nsteps: {шaг: {say: Привет}}",
        "flow: меню\nwhen: привет\nneeds: {тeма: {as: text, optional: yes}}\nsteps: {a: done}",
    ],
)
def test_a_name_of_two_alphabets_is_told_wherever_it_stands(flow: str) -> None:
    told = said_of(flow, bot="bot: Б", warnings=False)
    assert [one.code for one in told] == ["E030"]


# ---------------------------------------------------------------- bot.yaml


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("timezone: Europe/Moskow", "E042 нет часового пояса «Europe/Moskow» — может, «Europe/Mo"),
        ("language: fr", "E019 «fr» не подходит к «language» — бывает: ru, en, uz"),
        ("hourz: {}", "E012 ключ «hourz» не подходит к «bot.yaml» — может, «hours»?"),
        ("channels: {telegram: {}}", "E013 в «telegram» не хватает ключа «token»"),
        ("channels: {vk: {token: $(T)}}", "E013 в «vk» не хватает ключа «group»"),
        (
            "channels: {telegram: {token: $(T), app_secret: $(S)}}",
            "E019 «app_secret» не подходит к «channels.telegram» — бывает: token, webhook_secret",
        ),
        ("channels: {telegram: {token: '1:a'}}", "W034 «telegram.token» написан прямо в файле"),
        ("secrets: [ключ]", "E022 «ключ» не годится для имени секрета"),
        (
            "queues: {a: {unclaimed: 2h, resolve: 1h}}",
            "W095 срок «unclaimed» не короче, чем «resolve»",
        ),
        (
            "queues: {a: {customer_silent: 1h, nudge: {after: 1h, say: Вы тут?}}}",
            "W095 срок «nudge» не короче, чем «customer_silent»",
        ),
        ("queues: {a: {csat: maybe}}", "E019 «maybe» не подходит к «csat»"),
        ("defaults: {quiet: ночью}", "E042 «ночью» не похоже на тихие часы"),
        ("defaults: {resume: maybe}", "E019 «maybe» не подходит к «resume»"),
        ("defaults: {else: {call: никто}}", "E015 нет сценария «никто»"),
        ("meanwhile: [{when: а, then: {go: шаг}}]", "E014 обработчик бота не знает шагов («шаг»)"),
        (
            "meanwhile: [{when: {event: cancell}, then: done}]",
            "E019 не знаю события «cancell» (свои пишут через точку: payment.paid) — может, «cancel»?",
        ),
        ("meanwhile: [{when: {channel: web}, then: done}]", "E010 в «when» здесь должно стоять"),
        ("meanwhile: [{when: {sends: foto}, then: done}]", "E019 «foto» не подходит к «sends»"),
        (
            "meanwhile: [{when: {sends: photo, channel: telegramm}, then: done}]",
            "E019 нет канала «telegramm» — может, «telegram»?",
        ),
        ("meanwhile: [{then: done}]", "E013 в «meanwhile» не хватает ключа «when»"),
        ("meanwhile: {when: а}", "E010 в «meanwhile» здесь должно стоять другое: список"),
        ("meanwhile: [{when: 👍, then: done}]", "E042 «👍» не узнать в сообщении"),
        ("knowledge: {faq: {documents: x}}", "W091 загруженных документов в этой версии ещё нет"),
        ("x: *a", "E001"),
    ],
)
def test_a_mistake_in_bot_yaml_is_told(line: str, complaint: str) -> None:
    told = said(GOOD, bot=f"bot: Б\nstart: меню\n{line}")
    assert only(told).startswith(f"bot.yaml:3: {complaint}")


def test_hours_and_queues_that_make_no_sense_are_told() -> None:
    told = said(GOOD, bot="bot: Б\nstart: меню\nhours: {а: когда-нибудь}\nqueues: {б: {hours: в}}")
    assert [one.split(" ")[:2] for one in told] == [
        ["bot.yaml:3:", "E042"],
        ["bot.yaml:4:", "E018"],
    ]


def test_a_start_that_names_no_flow_is_told() -> None:
    assert only(said(GOOD, bot="bot: Б\nstart: меню1")) == (
        "bot.yaml:2: E015 нет сценария «меню1» — может, «меню»?"
    )


def test_a_folder_without_bot_yaml_is_told() -> None:
    with pytest.raises(LoadError) as raised:
        load_bot("b", {"flows/a.yaml": GOOD}, {})
    assert only([str(one) for one in raised.value.complaints]).startswith("bot.yaml:1: E002")


def test_a_flow_in_a_wrong_folder_is_warned_about() -> None:
    files = {"bot.yaml": "bot: Б", "flow/a.yaml": GOOD, "tests/a.test.yaml": "", ".x.yaml": ""}
    told = load_bot("b", files, {}).warnings
    assert only([str(one) for one in told]).startswith("flow/a.yaml:1: W029 этот файл никто")


def test_an_empty_bot_yaml_is_told() -> None:
    assert only(said(GOOD, bot="")).startswith("bot.yaml:1: E013")


def test_a_file_that_cannot_be_read_is_not_blamed_on_those_who_call_its_flows() -> None:
    broken = "flow: другой\nsteps: {a: {say: *b}}"
    told = said("flow: меню\nwhen: привет\nsteps: {a: {call: другой}}", broken)
    assert only(told).startswith("flows/1.yaml:2: E001")


# ---------------------------------------------------------------- language and vocabulary


def test_an_english_bot_is_told_in_english() -> None:
    told = said(
        "flow: menu\nsteps: {a: [{asq: Well?}, {if: now = 5, then: done}, {go: b}]}",
        bot="bot: B\nlanguage: en\nstart: menu",
    )
    assert told == [
        "flows/0.yaml:2: E011 there is no action “asq”: did you mean “ask”?",
        "flows/0.yaml:2: E040 the expression is wrong at character 5, “= 5”: write == instead of =",
        "flows/0.yaml:2: E014 the flow “menu” has no step “b”: there is a, back, again, cancel",
    ]


def test_a_word_stands_once_in_its_place() -> None:
    assert len({(word.where, word.name) for word in WORDS}) == len(WORDS)


def test_the_language_is_as_large_as_it_is_meant_to_be() -> None:
    media = {"video", "audio", "voice", "file"}  # One key with `photo`.
    within: dict[Where, set[str]] = {
        "bot": set(),
        "flow": set(),
        "trigger": {"for"},  # It belongs to `every`.
        "verb": set(),
        "ask": media,
    }
    counted = {place: len(words(place).keys() - more) for place, more in within.items()}
    assert counted == {"bot": 13, "flow": 10, "trigger": 9, "verb": 16, "ask": 22}


def test_every_word_says_what_it_means_in_both_languages_and_what_its_value_is() -> None:
    places = {word.where for word in WORDS}
    for word in WORDS:
        assert re.search("[а-яё]", word.ru), word
        assert not re.search("[А-Яа-яЁё]", word.en), word
        bare = re.sub(r"'\w+'|names:|[][|+]", " ", word.value)
        assert {part[1:-1] for part in bare.split() if part.startswith("{")} <= places, word
        assert {part for part in bare.split() if not part.startswith("{")} <= VALUES, word


@pytest.mark.parametrize(
    ("flow", "line"),
    [
        (GOOD.replace("steps:", "stps:"), "E012 ключ «stps»"),
        (GOOD.replace("flow:", "сценарий:"), "E012 ключ «сценарий»"),
        (GOOD.replace("say: Привет", "choose: now, case: {а: done}"), "E012 ключ «case»"),
    ],
)
def test_a_misspelt_key_is_not_missed_as_well(flow: str, line: str) -> None:
    assert line in only(said(flow, bot="bot: Б\n"))


def test_a_word_has_one_russian_alias_and_an_alias_one_word() -> None:
    pairs = {(word.name, word.alias) for word in WORDS if word.where not in TEST_PLACES}
    names, aliases = Counter(name for name, _ in pairs), Counter(alias for _, alias in pairs)
    assert [name for name, count in names.items() if count > 1] == []
    assert [alias for alias, count in aliases.items() if count > 1 or not alias] == []


@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["", "with a mark of byte order"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["Unix", "Windows"])
def test_files_of_every_editor_are_read_alike(start: str, end: str) -> None:
    flow = "flow: меню\nwhen: /start\nsteps:\n  а:\n    - say: |\n        Раз\n        два\n"
    assert said(start + flow.replace("\n", end)) == []
    wrong = start + flow.replace("say", "sya").replace("\n", end)
    assert only(said(wrong)).startswith("flows/0.yaml:5: E011")


def test_the_nearest_name_sees_through_letters_that_look_alike() -> None:
    assert Report().nearest("конeц", ["начало", "конец"]) == " — может, «конец»?"


def test_what_nothing_is_like_is_answered_with_all_there_are_if_those_are_few() -> None:
    assert Report().nearest("совсем другое", ["начало", "конец"]) == " — есть: начало, конец"
    assert Report("en").nearest("quite another", [f"step{n}" for n in range(20)]) == ""


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ("- фыл: Ну?", "E011 не знаю действия «фыл» — может, «ask»?"),
        ("- ask: Ну?\n  ыфму: x", "E012 ключ «ыфму» не подходит к «ask» — может, «save»?"),
        ("- go: ifu", "E014 в сценарии «меню» нет шага «ifu» — может, «шаг»?"),
        (
            "- set: {x: true}\n- say: '{{ x }}'",
            "W016 «true» без кавычек — обычный текст — напишите yes, а если нужен текст, возьмите его в кавычки",
        ),
        ("- сказать: Да", "E011 не знаю действия «сказать» — может, «say»?"),
        ("- ask: Ну?\n  as: телефон", "E016 не знаю типа «телефон» — может, «phone»?"),
        ("- ask: Ну?\n  as: bool", "E016 не знаю типа «bool» — может, «yes_no»?"),
        (
            "- if: now\n  then: done\n  elif: now",
            "E012 ключ «elif» не подходит к «if» — может, «else»?",
        ),
    ],
)
def test_words_of_elsewhere_lead_to_ours(steps: str, complaint: str) -> None:
    assert only(said_of_steps(steps)).endswith(complaint)


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        (
            "- ask: Ну?\n- save: x",
            "E011 «save» — не действие, а его ключ: уберите «- » и поставьте",
        ),
        ("- if: now\n  then:", "E013 «then» пусто — добавьте хотя бы одно действие"),
        ("- ask: Ну?\n  tries: 0", "E010 в «tries» здесь должно стоять другое: целое число от 1"),
        (
            "- ask: Ну?\n  else: меню",
            "E011 не знаю действия «меню» — сценарий вызывают так: call: меню",
        ),
        ("- go: меню", "E014 в сценарии «меню» нет шага «меню» — это сценарий: call: меню"),
        (
            "- ask: Ну?\n  remind: 1h",
            "E010 *несколько ключей с отступом, например {after: 2h, say: …}",
        ),
        ("- each: [1]\n  then: done", "E010 *выражение в кавычках, например \"['а', 'б']\""),
        ("- say: {text: А, buttons: {Сайт: {url: site.ru}}}", "E010 *начинается с https://"),
        ("- ask: Ну?\n  save: x\n- say: 'Да, {x}'", "W012 «{x}» останется в тексте как есть"),
        ("- say: '{% if x %}'", "W013 «{% if x %}» останется в тексте как есть"),
        ("- say:Да", "E011 не знаю действия «say:Да» — после двоеточия нужен пробел"),
        ("— say: Да", "E011 не знаю действия «— say» — нужны дефис и пробел"),
        (
            "- if: now\n  then: Привет",
            "E011 не знаю действия «Привет» — сказать это клиенту: say: …",
        ),
        (
            "- ask: Когда?\n  as: date\n  save: x\n  buttons: [Сегодня, Никогда]",
            "E063 надпись «Никогда» не читается как ответ «date» — скажите, что она значит",
        ),
        (
            "- ask: Верно?\n  as: yes_no\n  save: x\n  buttons: [Ага, Исправить]",
            "E063 надпись «Исправить» не читается как ответ «yes_no»",
        ),
        ("- say: 'Да, ${user.name}'", "W012 «${user.name}» останется в тексте как есть"),
    ],
)
def test_a_usual_slip_is_told_with_its_cure(steps: str, complaint: str) -> None:
    told = only(said_of_steps(steps)).partition(": ")[2]
    assert fnmatch.fnmatchcase(told, complaint.replace("[", "[[]") + "*"), told


def test_braces_that_name_no_variable_are_left_alone() -> None:
    assert said_of_steps("- say: 'Напишите {слово}'") == []


def test_two_flows_without_a_line_between_them_are_one_complaint() -> None:
    told = said(f"{GOOD}\nflow: другой\nwhen: пока\nsteps: {{а: {{say: Пока}}}}")
    assert only(told).endswith(
        "E003 второй сценарий в том же файле — отделите его от первого строкой ---"
    )


def test_a_space_that_does_not_break_is_told_from_a_plain_one() -> None:
    told = said("flow: меню\nwhen: привет\nsteps:\n  шаг:\n\u00a0\u00a0  - say: Привет")
    assert only(told).startswith("flows/0.yaml:5: E001 отступ сделан неразрывным пробелом")


def test_steps_without_names_are_shown_how_to_have_them() -> None:
    told = said("flow: меню\nwhen: привет\nsteps:\n  - say: Привет")
    assert "имена шагов, а действия — под ними" in only(told)


def test_every_slip_in_an_expression_has_english_words() -> None:
    assert [said for said in REFUSED.values() if not english(said)] == []
    assert english("у «plural» другое число аргументов: нужно от 2 до 4") == (
        "plural takes 2 to 4 arguments"
    )


def test_a_name_as_long_as_a_book_is_told_in_short() -> None:
    told = said_of_steps(f"- go: {'оченьдлинно' * 5000}")
    assert len(only(told)) < 500


def test_a_name_that_nobody_fills_is_told_once_with_all_its_lines() -> None:
    told = only(said_of_steps("- say: '{{ имя }}'\n- say: Да\n- say: '{{ имя }} {{ имя }}'"))
    assert told.startswith(
        "flows/0.yaml:5: E020 переменной «имя» никто не даёт значения (ещё в строке 7)"
    )


def test_a_name_without_a_value_is_told_where_it_is_read_first() -> None:
    steps = "- ask: Ну?\n  check: {must: день > today, say: Нет}\n- say: '{{ день }}'"
    (told,) = said_of_steps(steps)
    assert told.startswith("flows/0.yaml:6: E020 переменной «день» никто не даёт значения")
    assert "(ещё в строке 7)" in told


@pytest.mark.parametrize("wrong", ["usr: {name: text}", "user:"])
def test_names_of_a_key_that_cannot_be_read_are_no_mistakes_of_their_own(wrong: str) -> None:
    flow = "flow: меню\nwhen: /start\nsteps: {а: {say: '{{ user.name }}'}}"
    assert only(said(flow, bot=f"bot: Б\nstart: меню\n{wrong}")).startswith("bot.yaml:3:")


def test_a_misspelt_argument_is_not_missing_as_well() -> None:
    told = only(said_of_steps("- do: shop.order\n  with: {nmuber: 5}"))
    assert "E025 «shop.order» не принимает «nmuber» — может, «number»?" in told
