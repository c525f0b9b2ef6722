"""`every`: what a timetable wakes, without a chat and in each of some."""

from collections.abc import Callable

import pytest

from flows.model import Bot
from flows.turn import CHATLESS
from tests.flows.conftest import Talk
from tests.flows.loading import said

REPORT = """
    flow: отчёт
    when: {every: пн-пт 10:00}
    steps:
      а:
        - do: slow.sales
          save: продажи
        - each: продажи
          then:
            - if: item > 5
              then:
                - do: slow.send
                  with: {x: "{{ item }}"}
        - call: итог
    ---
    flow: итог
    steps: {а: {goal: отчёт_готов}}
"""


# ---------------------------------------------------------------- without a chat


def test_a_report_runs_without_a_chat(talk: Talk) -> None:
    dialog = talk(
        REPORT, actions={"slow.sales": lambda _: [3, 7, 9], "slow.send": 1}, channel=CHATLESS
    )
    dialog.play.strike("пн-пт 10:00")
    assert [arguments for name, arguments in dialog.arguments if name == "slow.send"] == [
        {"x": 7},
        {"x": 9},
    ]
    assert dialog.counted("goal") == 1
    assert dialog.idle


def test_a_run_still_under_way_is_not_begun_again(talk: Talk) -> None:
    dialog = talk(REPORT, actions={"slow.sales": lambda _: [], "slow.send": 1}, channel=CHATLESS)
    dialog.play.held = True
    dialog.play.strike("пн-пт 10:00")
    dialog.play.strike("пн-пт 10:00")
    assert dialog.counted("schedule_skipped") == 1
    dialog.play.answer_actions()
    assert dialog.idle


def test_a_run_that_fails_tells_no_customer_and_calls_no_person(talk: Talk, fails: object) -> None:
    bot = """
        meanwhile:
          - when: {event: error}
            then: [{say: Беда}, {handoff: поддержка}]
    """
    dialog = talk(REPORT, bot, actions={"slow.sales": fails, "slow.send": 1}, channel=CHATLESS)
    dialog.play.strike("пн-пт 10:00")
    dialog.says()
    assert dialog.counted("error") == 1
    assert dialog.play.requests == []
    assert dialog.idle


def test_a_handler_of_the_bot_may_have_a_timetable(talk: Talk) -> None:
    bot = "meanwhile: [{when: {every: 2h}, then: {do: slow.send}}]"
    dialog = talk(
        "flow: ж\nwhen: [/go]\nsteps: {а: {say: А}}", bot, {"slow.send": 1}, channel=CHATLESS
    )
    dialog.play.strike("2h")
    assert dialog.play.called["slow.send"] == 1


def test_a_handler_that_still_waits_is_not_begun_again(talk: Talk) -> None:
    bot = (
        "meanwhile: [{when: {every: 2h, for: yes}, then: [{say: Пора}, {wait: 3h}, {say: Ну вот}]}]"
    )
    dialog = talk("flow: ж\nwhen: [/go]\nsteps: {а: {say: А}}", bot)
    dialog.play.strike("2h")
    dialog.play.strike("2h")
    dialog.says("Пора").passes("3h", "Ну вот")
    dialog.play.strike("2h")
    dialog.says("Пора")


# ---------------------------------------------------------------- for each chat


NEWS = """
    flow: новости
    about: Рассказать новости
    when: {every: пт 18:00, for: user.vip == yes}
    steps: {а: [{ask: Прислать новости?, save: да, as: yes_no}, {say: Хорошо}]}
    ---
    flow: форма
    about: Заполнить форму
    when: [/form]
    steps: {а: [{ask: Имя?, save: имя}, {say: "Вы {{ имя }}"}]}
"""


def test_in_a_free_chat_it_begins_at_once(talk: Talk) -> None:
    dialog = talk(NEWS, "user: {vip: yes_no}")
    dialog.play.strike("пт 18:00")
    dialog.says("Прислать новости?").hears("да", "Хорошо")
    assert dialog.idle


def test_in_the_middle_of_a_task_it_waits_for_the_end(talk: Talk) -> None:
    dialog = talk(NEWS, "user: {vip: yes_no}").hears("/form", "Имя?")
    dialog.play.strike("пт 18:00")
    dialog.says().hears("Аня", "Вы Аня", "Прислать новости?")


def test_what_is_asked_every_week_can_be_answered_after_many_weeks_of_silence(talk: Talk) -> None:
    dialog = talk(NEWS, "user: {vip: yes_no}")
    for _ in range(10):
        dialog.play.strike("пт 18:00")
        dialog.passes("7d", "Прислать новости?")
    dialog.play.strike("пт 18:00")
    dialog.news().passes("10m").hears("да", "Хорошо")


def test_after_a_quarter_of_an_hour_it_comes_as_an_interruption(talk: Talk) -> None:
    dialog = talk(NEWS, "user: {vip: yes_no}").hears("/form", "Имя?")
    dialog.play.strike("пт 18:00")
    dialog.says().passes("15m", "Прислать новости?")
    dialog.hears("нет", "Хорошо", "Продолжим «Заполнить форму»?")


def test_a_timetable_that_is_gone_wakes_nothing(talk: Talk, bot: Callable[..., Bot]) -> None:
    dialog = talk(NEWS, "user: {vip: yes_no}").hears("/form", "Имя?")
    dialog.play.strike("пт 18:00")
    dialog.play.edit(bot(NEWS.replace("пт 18:00", "пт 19:00"), "user: {vip: yes_no}"))
    dialog.hears("Аня", "Вы Аня")


def test_the_key_of_a_schedule_is_its_own_and_stays(bot: Callable[..., Bot]) -> None:
    fields = "user: {vip: yes_no}"
    before = bot(NEWS, fields).schedules[0].key
    assert bot(NEWS.replace("Хорошо", "Отлично"), fields).schedules[0].key == before
    assert bot(NEWS.replace("пт 18:00", "пт 19:00"), fields).schedules[0].key != before
    assert bot(NEWS.replace("user.vip == yes", "yes"), fields).schedules[0].key != before


# ---------------------------------------------------------------- what the loader says


@pytest.mark.parametrize(
    ("when", "steps", "complaint"),
    [
        ("{every: пн-пт 10:00}", "{say: Привет}", "E056 every без for идёт без клиента, а «say»"),
        (
            "{every: пн-пт 10:00}",
            "{call: спросить}",
            "а «ask» обращается к клиенту (flows/1.yaml:4)",
        ),
        ("{every: пн-пт}", "{goal: x}", "E042 в расписании «пн-пт» не сказано, во сколько"),
        ("{every: 2h, for: имя == 'а'}", "{say: Да}", "E020 в «for» можно читать user, chat"),
        ("{every: 2h, for: user.age > 5}", "{say: Да}", "E021 среди полей клиента"),
        ("{every: 2h, for: no}", "{say: Да}", "E010 в «for» здесь должно стоять другое"),
        ("{contains: да, for: yes}", "{say: Да}", "E012 for говорит, для кого работает every"),
    ],
)
def test_a_mistake_in_a_timetable_is_told(when: str, steps: str, complaint: str) -> None:
    told = said(
        f"flow: меню\nwhen: {when}\nsteps: {{а: {steps}}}",
        "flow: спросить\nsteps:\n  а:\n    - ask: Ну?\n      save: ну\n    - say: '{{ ну }}'",
    )
    assert any(complaint in one for one in told), told
