"""A bot folder becomes the compiled form the engine runs."""

from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.actions.catalogue import CATALOGUE
from flows.errors import LoadError
from flows.load import load_bot
from flows.model import (
    Ask,
    AskAgain,
    Assign,
    Branch,
    CallFlow,
    Choose,
    Do,
    EachBegin,
    EachNext,
    EndHandler,
    Enter,
    Finish,
    Go,
    HandOff,
    Jump,
    Later,
    Question,
    Say,
    Sends,
    Source,
    Target,
)
from flows.text import Text, parse_text
from tests.flows.loading import ACTIONS, load, loaded, only_flow

BOTS = Path(__file__).parents[2] / "config" / "bots"
ODD = ("[]", "{}", "[a, {b: c}]", "5", "''", "null", "{a: {b: [c]}}", "[[a]]", "'{{ a'", "|")


def bot_files(name: str) -> dict[str, str]:
    folder = BOTS / name
    paths = folder.rglob("*.yaml")
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}


def question(steps: str, bot: str | None = None) -> Question:
    flow = only_flow(steps) if bot is None else only_flow(steps, bot=bot)
    return next(operation.question for operation in flow.code if isinstance(operation, Ask))


def source(value: object) -> str:
    assert isinstance(value, Text)
    return value.source


# ---------------------------------------------------------------- the bots that ship


@pytest.mark.parametrize("name", ["shop", "salon"])
def test_the_example_bots_load_without_a_complaint(name: str) -> None:
    folder = BOTS / name
    media = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
    result = load_bot(name, bot_files(name), CATALOGUE, media=media)
    assert [str(warning) for warning in result.warnings] == []
    assert result.bot.start in result.bot.flows


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_mangled_bot_is_complained_about_and_never_raises_anything_else(
    data: st.DataObject,
) -> None:
    files = bot_files(data.draw(st.sampled_from(["shop", "salon"])))
    path = data.draw(st.sampled_from([path for path in files if "test" not in path]))
    lines = files[path].split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        key = lines[place].partition(": ")[0]
        mangled = [lines[place][1:], "  " + lines[place], f"{key}:", key]
        mangled += [f"{key}: {odd}" for odd in ODD]
        lines[place] = data.draw(st.sampled_from(mangled))
    with suppress(LoadError):
        load_bot("b", files | {path: "\n".join(lines)}, CATALOGUE, media=[])


# ---------------------------------------------------------------- the bot


def test_the_top_of_a_bot_is_read() -> None:
    bot = loaded(
        "flow: меню\nwhen: привет\nsteps: {a: {say: Привет}}",
        bot="""
            bot: Ромашка
            language: en
            timezone: Europe/Moscow
            start: меню
            user: {name: text}
            hours: {desk: mon-fri 09:00-18:00}
            queues: {desk: {hours: desk, say: Wait a little}, night: {}}
            knowledge: {faq: knowledge/faq.md}
            defaults: {tries: 2, expires: never, quiet: 22:00-09:00, resume: auto}
            """,
    )
    assert (bot.title, bot.language, bot.timezone) == ("Ромашка", "en", "Europe/Moscow")
    assert bot.user["name"].base == "text"
    assert bot.queues["desk"].hours == "desk"
    assert bot.queues["desk"].say == parse_text("Wait a little")
    assert bot.queues["night"].hours is None
    assert bot.knowledge == {"faq": Source(path="knowledge/faq.md")}
    assert (bot.defaults.tries, bot.defaults.expires, bot.defaults.resume) == (2, "never", "auto")
    assert bot.defaults.quiet is not None


def test_a_bots_handlers_and_its_else_are_its_own_operations() -> None:
    bot = loaded(
        "flow: меню\nwhen: привет\nsteps: {a: {say: Привет}}",
        bot="""
            bot: Ромашка
            start: меню
            defaults: {else: {handoff: стойка}}
            meanwhile:
              - when: [/Menu, Меню!, {means: клиент хочет меню}, {event: no_match}]
                then: {start: меню}
              - when: {contains: [Стоп, хватит уже]}
                then: [{say: Ладно}, {go: cancel}]
            """,
    )
    scope = bot.own.scope
    assert scope.exact == {"/menu": Target("", 0), "меню": Target("", 0)}
    assert scope.means == (("клиент хочет меню", Target("", 0)),)
    assert scope.events == {"no_match": (Target("", 0),)}
    assert scope.contains == (("стоп", Target("", 2)), ("хватит уже", Target("", 2)))
    kinds = [type(operation) for operation in bot.own.code[2:]]
    assert kinds == [Say, Go, EndHandler, HandOff, AskAgain]
    assert bot.own.code[bot.defaults.otherwise :] == (bot.own.code[-2], AskAgain(-1))


def test_a_queue_nobody_declared_is_open_to_all_where_a_bot_declares_none() -> None:
    bot = loaded(
        "flow: меню\nwhen: привет\nsteps: {a: {handoff: стойка}}", bot="bot: Б\nstart: меню"
    )
    assert bot.queues["стойка"].hours is None


def test_start_is_a_command_even_where_no_flow_claims_it() -> None:
    bot = loaded("flow: меню\nwhen: [привет, /hi]\nsteps: {a: {say: Привет}}")
    assert bot.starts.exact["/start"] == Target("меню")
    assert bot.start_words == {"привет"}


def test_the_version_changes_with_the_flows_and_not_with_the_tests() -> None:
    flow = "flow: меню\nwhen: привет\nsteps: {a: {say: Привет}}"
    files = {"bot.yaml": "bot: Б", "flows/a.yaml": flow}
    first = load_bot("b", files, {}).bot.version
    assert load_bot("b", files | {"tests/a.test.yaml": "{{"}, {}).bot.version == first
    assert load_bot("b", files | {"flows/a.yaml": flow + "\n"}, {}).bot.version != first


def test_several_flows_share_a_file_and_a_flow_without_when_is_a_helper() -> None:
    bot = loaded(
        """
        flow: меню
        about: Главное меню
        when: привет
        expires: 2h
        steps: {a: {call: имя, save: ответ}}
        ---
        flow: имя
        needs: {зачем: {as: text, optional: yes}}
        gives: {имя: text}
        steps: {b: {done: {имя: Аня}}}
        """
    )
    menu, helper = bot.flows["меню"], bot.flows["имя"]
    assert (menu.is_task, menu.about, menu.expires) == (True, "Главное меню", timedelta(hours=2))
    assert (helper.is_task, helper.place.line) == (False, 7)
    assert helper.needs["зачем"].optional
    assert menu.code[1] == CallFlow("имя", {}, "ответ")
    assert helper.code[1] == Finish({"имя": "Аня"})


# ---------------------------------------------------------------- the shape of a flow


def test_steps_follow_one_another_and_the_last_ends_the_flow() -> None:
    flow = loaded(
        """
        flow: меню
        when: привет
        steps:
          один: {say: Раз}
          два:
            - say: Два
            - done
        """
    ).flows["меню"]
    assert flow.steps == {"один": 0, "два": 2}
    assert [type(operation) for operation in flow.code] == [Enter, Say, Enter, Say, Finish, Finish]
    assert flow.lines[:5] == (4, 4, 5, 6, 7)


def test_if_jumps_over_the_branch_not_taken() -> None:
    code = only_flow("- if: user.name\n  then: {say: Да}\n  else: {say: Нет}\n- say: Всё").code
    branch = code[1]
    assert isinstance(branch, Branch)
    assert branch.otherwise == 4
    assert code[3] == Jump(5)


def test_choose_knows_its_cases_as_text() -> None:
    code = only_flow(
        """
        - ask: Ну?
          save: x
        - choose: x
          cases:
            yes: {say: да}
            'yes ': {say: кавычки}
            5: {say: пять}
            null: {say: ничего}
            в_пути: {say: едет}
          else: {say: другое}
        - say: Всё
        """
    ).code
    choose = code[2]
    assert isinstance(choose, Choose)
    assert list(choose.cases) == ["yes", "yes ", "5", "null", "в_пути"]
    after = next(code[entry + 1] for entry in choose.cases.values())
    assert isinstance(after, Jump)
    assert isinstance(code[after.entry], Say)
    assert isinstance(code[choose.otherwise], Say)


def test_each_comes_back_to_its_beginning() -> None:
    code = only_flow("- each: user.name\n  then: {say: '{{ item }}'}\n- say: Всё").code
    begin = code[1]
    assert isinstance(begin, EachBegin)
    assert code[begin.end - 1] == EachNext(1)


def test_bare_words_are_actions() -> None:
    code = only_flow("- ask: Ну?\n  tries: 1\n  else: again\n- if: now\n  then: done").code
    assert Go("again") in code
    assert Finish() in code[3:]


# ---------------------------------------------------------------- questions


def test_an_ask_gathers_everything_about_its_question() -> None:
    asked = question(
        """
        - ask: Сколько?
          save: сколько
          as: integer
          min: 1
          max: 9
          retry: Число от 1 до 9.
          tries: 2
          known: skip
          find: yes
          skip: Не важно
          collect: 3s
          expires: never
          check: {must: сколько != 4, say: Четыре нельзя}
          remind: [{after: 1h, say: Ау}, {after: 2h, say: Ау-ау}]
        """
    )
    assert (asked.kind.base, asked.kind.min, asked.kind.max) == ("integer", 1, 9)
    assert (asked.save, asked.tries, asked.known, asked.find) == ("сколько", 2, "skip", True)
    assert (source(asked.skip), source(asked.retry)) == ("Не важно", "Число от 1 до 9.")
    assert (asked.collect, asked.expires) == (timedelta(seconds=3), "never")
    assert asked.checks[0].must.source == "сколько != 4"
    assert [reminder.after for reminder in asked.reminders] == [
        timedelta(hours=1),
        timedelta(hours=2),
    ]
    assert asked.signature == ("шаг", "сколько", "integer")


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ("", "text"),
        ("buttons: [Да, Нет]", "choice"),
        ("buttons: {Меню: {call: меню}}", "choice"),
        ("options: '[1, 2]'", "choice"),
        ("buttons: {Номер: {share: phone}}", "phone"),
        ("buttons: {Сайт: {url: https://example.org}}", "text"),
        ("as: номер_заказа", "номер_заказа"),
        ("as: date\n  buttons: [Завтра]", "date"),
    ],
)
def test_the_kind_of_a_question_follows_from_what_it_offers(keys: str, kind: str) -> None:
    assert question(f"- ask: Ну?\n  save: x\n  {keys}").kind.name == kind


@pytest.mark.parametrize(
    ("keys", "find"),
    [
        ("as: номер_заказа", True),
        ("as: phone", True),
        ("as: email", True),
        ("as: text", False),
        ("as: text\n  find: yes", True),
        ("as: phone\n  find: no", False),
    ],
)
def test_answers_of_unmistakable_form_are_looked_for(keys: str, find: bool) -> None:
    assert question(f"- ask: Ну?\n  save: x\n  {keys}").find is find


def test_a_question_narrows_an_own_type_and_keeps_the_rest_of_it() -> None:
    kind = question("- ask: Ну?\n  save: x\n  as: номер_заказа\n  max: 6").kind
    assert (kind.name, kind.clean, kind.max) == ("номер_заказа", "digits", 6)
    assert kind.matches is not None


def test_yes_no_and_rating_bring_their_buttons_unless_there_are_others() -> None:
    yes_no = question("- ask: Да?\n  as: yes_no\n  save: x").body.buttons
    assert [(source(button.label), button.value) for button in yes_no] == [
        ("Да", True),
        ("Нет", False),
    ]
    rating = question("- ask: Как?\n  as: rating\n  max: 3\n  save: x").body.buttons
    assert [button.value for button in rating] == [1, 2, 3]
    ours = question("- ask: Да?\n  as: yes_no\n  save: x\n  buttons: {Ага: yes}").body.buttons
    assert [(source(button.label), button.value) for button in ours] == [("Ага", True)]
    english = question("- ask: Да?\n  as: yes_no\n  save: x", "bot: B\nlanguage: en").body.buttons
    assert source(english[0].label) == "Yes"
    uzbek = question("- ask: Да?\n  as: yes_no\n  save: x", "bot: B\nlanguage: uz").body.buttons
    assert [source(button.label) for button in uzbek] == ["Ha", "Yo‘q"]


def test_buttons_of_a_question_take_every_form() -> None:
    flow = only_flow(
        """
        - ask: Что?
          save: x
          as: any
          buttons:
            Просто: значение
            Число: 5
            Строка: '5'
            Дальше: {go: шаг}
            Два дела: [{say: Раз}, {say: Два}]
            Номер: {share: phone}
            Сайт: {url: 'https://example.org/{{ x }}'}
            Особая: {name: buy, with: {sum: 10}}
        - say: Всё
        """
    )
    ask = flow.code[1]
    assert isinstance(ask, Ask)
    simple, number, text, go, two, share, url, named = ask.question.body.buttons
    assert (simple.value, number.value, text.value) == ("значение", 5, "5")
    assert flow.code[go.entry : go.entry + 2] == (Go("step", "шаг"), Jump(2))
    assert flow.code[two.entry + 2] == Jump(2)
    assert (share.share, source(url.url)) == ("phone", "https://example.org/{{ x }}")
    assert (named.name, named.data, source(named.value)) == ("buy", {"sum": 10}, "Особая")


def test_buttons_of_a_message_carry_what_a_press_does() -> None:
    say = only_flow(
        """
        - say:
            text: Вот
            buttons:
              Ещё: {call: меню}
              Заново: {start: меню}
              К шагу: {go: шаг}
              Сказать: привет
        """
    ).code[1]
    assert isinstance(say, Say)
    acts = [(button.act, button.target) for button in say.message.buttons]
    assert acts == [("call", "меню"), ("start", "меню"), ("go", "шаг"), ("text", "")]
    assert source(say.message.buttons[3].value) == "привет"


def test_a_button_of_a_message_may_speak_to_an_api_client() -> None:
    say = only_flow(
        """
        - say:
            text: Вот
            buttons:
              - Просто
              - Купить: {name: buy, with: {sum: 10}}
              - Сайт: {url: 'https://example.org', name: site}
        """
    ).code[1]
    assert isinstance(say, Say)
    plain, buy, site = say.message.buttons
    assert (plain.act, source(plain.value)) == ("text", "Просто")
    assert (buy.act, buy.name, buy.data) == ("text", "buy", {"sum": 10})
    assert (site.act, site.name, source(site.url)) == ("", "site", "https://example.org")


def test_blocks_around_a_question_stand_aside_and_come_back() -> None:
    flow = only_flow(
        """
        - ask: Ну?
          save: x
          tries: 1
          else: {say: Не понял}
          timeout: {after: 5m, then: {say: Поздно}}
          meanwhile:
            - when: [зачем, {means: клиент спрашивает зачем}]
              then: {say: Надо}
        - say: Всё
        """
    )
    ask = flow.code[1]
    assert isinstance(ask, Ask)
    asked = ask.question
    assert flow.code[asked.otherwise + 1] == AskAgain(1)
    assert asked.timeout == timedelta(minutes=5)
    assert flow.code[asked.timeout_entry + 1] == Jump(2)
    handler = asked.scope.exact["зачем"]
    assert handler.flow == "меню"
    assert flow.code[handler.entry + 1] == EndHandler()
    assert asked.scope.means[0][1] == handler
    assert min(asked.otherwise, asked.timeout_entry, handler.entry) > 3


def test_two_questions_alike_in_one_step_are_told_apart() -> None:
    flow = only_flow("- ask: Раз?\n  save: x\n- ask: Два?\n  save: x")
    assert len(flow.questions) == 2


# ---------------------------------------------------------------- values


def test_an_unquoted_scalar_is_typed_where_nothing_declares_its_type() -> None:
    assign = only_flow(
        """
        - set:
            а: 5
            б: '5'
            в: yes
            г: null
            д: 2026-03-02
            е: [1, '{{ а }}']
            ё: {ключ: no}
            ж: 0123
        """
    ).code[1]
    assert isinstance(assign, Assign)
    values = dict(assign.values)
    assert (values["а"], values["б"], values["в"], values["г"]) == (5, "5", True, None)
    assert (values["д"], values["ж"]) == (date(2026, 3, 2), "0123")
    listed = values["е"]
    assert isinstance(listed, list)
    assert (listed[0], source(listed[1])) == (1, "{{ а }}")
    assert values["ё"] == {"ключ": False}


def test_a_declared_type_decides_what_a_scalar_is() -> None:
    bot = loaded(
        """
        flow: меню
        when: привет
        steps: {a: {call: другой, with: {номер: 12345, да: 'yes', сколько: '5', пусто: null}}}
        ---
        flow: другой
        needs: {номер: номер_заказа, да: yes_no, сколько: number, пусто: text}
        steps: {b: {done: {}}}
        """
    )
    call = bot.flows["меню"].code[1]
    assert isinstance(call, CallFlow)
    assert call.arguments == {"номер": "12345", "да": True, "сколько": 5, "пусто": None}


# ---------------------------------------------------------------- actions, time, people


def test_do_knows_its_action_from_the_catalogue() -> None:
    flow = only_flow(
        """
        - do: shop.pay
          with: {sum: 5}
          save: чек
          retries: 2
          timeout: 10s
          failed: {say: Не вышло}
        """
    )
    do = flow.code[1]
    assert isinstance(do, Do)
    assert (do.effect, do.quick, do.retries) == ("yes", False, 2)
    assert (do.save, do.arguments, do.timeout) == ("чек", {"sum": 5}, timedelta(seconds=10))
    assert flow.code[do.failed + 1] == Jump(2)
    assert ACTIONS["shop.pay"].effect == do.effect


def test_later_takes_a_moment_or_a_while() -> None:
    code = only_flow(
        """
        - later: {id: 'а-{{ now }}', at: now + hours(1), call: меню, if_busy: now}
        - later: {after: 1h, call: меню}
        - later: {cancel: а}
        """
    ).code
    first, second = code[1], code[2]
    assert isinstance(first, Later)
    assert isinstance(second, Later)
    assert (first.if_busy, first.after) == ("now", None)
    assert (second.at, second.after, second.if_busy) == (None, timedelta(hours=1), "wait")


def test_the_edges_of_a_handoff_end_each_in_its_way() -> None:
    flow = only_flow(
        """
        - handoff: поддержка
          note: Помогите
          priority: high
          unanswered: {after: 15m, then: {say: Заняты}}
          offline: {say: Спим}
          closed: {say: Спасибо}
          cancel: {say: Ладно}
        - say: Всё
        """
    )
    hand = flow.code[1]
    assert isinstance(hand, HandOff)
    assert (hand.queue, hand.priority, hand.unanswered_after) == (
        "поддержка",
        "high",
        timedelta(minutes=15),
    )
    assert flow.code[hand.closed + 1] == Jump(2)
    for entry in (hand.unanswered, hand.offline, hand.cancel):
        assert flow.code[entry + 1] == Finish()


def test_what_only_one_channel_gets_is_kept() -> None:
    say = only_flow("- say: {text: Ждём, whatsapp: {template: t, values: ['{{ now }}']}}").code[1]
    assert isinstance(say, Say)
    assert say.message.channels["whatsapp"].template["template"] == "t"


def test_a_pattern_wakes_a_flow_in_its_place_among_the_phrases() -> None:
    bot = loaded(
        """
        flow: меню
        when:
          - contains: первое
          - matches: 'Заказ №\\s*\\d+'
          - contains: третье
        steps: {a: {say: Привет}}
        """
    )
    first, pattern, third = (trigger for trigger, _ in bot.starts.contains)
    assert (first, third) == ("первое", "третье")
    assert not isinstance(pattern, str | Sends)
    assert pattern.search("Мой заказ № 5")
    assert not pattern.search("заказ")


def test_a_pattern_of_a_trigger_knows_where_a_russian_word_ends() -> None:
    bot = loaded(
        r"""
        flow: меню
        when: {matches: '\bкот\b'}
        steps: {a: {say: Привет}}
        """
    )
    ((pattern, _),) = bot.starts.contains
    assert not isinstance(pattern, str | Sends)
    assert [bool(pattern.search(text)) for text in ("Мой Кот!", "скотч", "коты")] == [
        True,
        False,
        False,
    ]


def test_a_hundred_flows_load_in_a_moment() -> None:
    flows = [
        f"flow: ф{number}\nwhen: слово{number}\nsteps:\n"
        + "".join(
            f"  шаг{step}:\n    - ask: Вопрос {{{{ x }}}}?\n      save: x\n      buttons: [а, б]\n"
            for step in range(5)
        )
        for number in range(100)
    ]
    bot = load(*flows, bot="bot: Б").bot
    assert len(bot.flows) == 100


def test_a_type_built_on_an_own_type_keeps_its_pattern() -> None:
    bot = load_bot(
        "shop",
        {
            "bot.yaml": (
                "bot: Shop\nlanguage: en\ntypes:\n"
                "  code: {as: text, clean: digits, matches: '\\d{5}'}\n"
                "  long_code: {as: code, retry: Five digits.}\n"
            )
        },
        {},
    ).bot
    kind = bot.types["long_code"]
    assert kind.matches is not None
    assert kind.unmistakable
