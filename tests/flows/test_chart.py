"""What pictures of flows show: steps, what they say and ask, and ways in the owner's words."""

from dataclasses import replace

from flows.chart import Chart, Edge, Node, chart_of_bot, chart_of_flow
from flows.mermaid import mermaid
from tests.flows.conftest import bot_of

RETURN = """
    flow: возврат
    about: Оформить возврат
    when: [/return, возврат, {contains: [вернуть товар]}]
    steps:
      номер:
        - ask: Какой заказ, {{ user.name }}?
          save: номер
          as: integer
          tries: 2
          else: {call: оператор}
          timeout: {after: 10m, then: done}
        - do: склад.найти
          save: заказ
          failed: {go: cancel}
        - if: empty(заказ)
          then: {go: номер}
      проверка:
        - ask: Верно?
          as: yes_no
          save: верно
          buttons:
            Да: yes
            Исправить: {go: номер}
        - if: верно
          then: {goal: верно}
          else: {go: cancel}
      конец:
        - say: Готово
    meanwhile:
      - when: заново
        then: {go: номер}
    ---
    flow: оператор
    steps:
      передача:
        - handoff: поддержка
          unanswered: {after: 15m, then: {say: Все заняты}}
    """
QUEUES = """
    user: {name: text}
    queues: {поддержка: {}}
    start: возврат
    meanwhile:
      - when: [/operator]
        then: {call: оператор}
    """


def chart(flow: str = "возврат") -> Chart:
    bot = bot_of(RETURN, QUEUES, actions={"склад.найти": None})
    return chart_of_flow(bot, flow) if flow else chart_of_bot(bot)


def node(chart: Chart, title: str) -> Node:
    return next(one for one in chart.nodes if one.title == title)


def ways(chart: Chart, source: str) -> set[tuple[str, str, str]]:
    """The ways out of a box: where to (a step, a flow, an end), the label, the kind."""
    nodes = {one.id: one for one in chart.nodes}
    return {
        (nodes[edge.target].title or nodes[edge.target].kind, edge.label, edge.kind)
        for edge in chart.edges
        if nodes[edge.source].title == source
    }


def test_a_step_shows_what_happens_in_it_in_the_owners_order() -> None:
    rows = node(chart(), "номер").rows
    assert [(row.kind, row.text) for row in rows] == [
        ("ask", "Какой заказ, {user.name}?"),
        ("call", "оператор"),
        ("do", "склад.найти"),
    ]
    assert rows[0].question == "номер integer"
    assert rows[1].flow == "оператор"


def test_ways_bear_the_condition_the_button_the_number_of_misses_the_time() -> None:
    assert ways(chart(), "номер") == {
        ("номер", "empty(заказ)", "if"),
        ("оператор", "2 промаха", "failed"),
        ("done", "через 10 минут", "timeout"),
        ("cancel", "не удалось", "failed"),
        ("проверка", "", ""),
    }
    assert ways(chart(), "проверка") == {
        ("номер", "Исправить", "button"),
        ("cancel", "иначе", "if"),
        ("конец", "верно", "if"),
    }


def test_a_way_that_all_roads_lead_to_has_no_name() -> None:
    bot = bot_of(
        """
        flow: меню
        when: а
        steps:
          первый:
            - ask: Ну?
              save: да
            - if: да
              then: {say: Хорошо}
          второй: {say: Всё}
        """
    )
    assert ways(chart_of_flow(bot, "меню"), "первый") == {("второй", "", "")}


def test_a_decision_whose_roads_meet_again_names_none_of_the_ways_after_it() -> None:
    bot = bot_of(
        """
        flow: меню
        when: а
        steps:
          первый:
            - ask: Кто вы?
              save: кто
            - choose: кто
              cases:
                друг: {say: Привет}
                чужой: {say: Здравствуйте}
              else: {say: Добрый день}
            - if: кто == 'друг'
              then: {go: третий}
              else: {say: Подождите}
          второй: {say: Ждём}
          третий: {say: Всё}
        """
    )
    assert ways(chart_of_flow(bot, "меню"), "первый") == {
        ("третий", "кто == 'друг'", "if"),
        ("второй", "иначе", "if"),
    }


def test_the_groups_of_a_split_are_named_with_their_shares() -> None:
    bot = bot_of(
        """
        flow: меню
        when: а
        steps:
          первый:
            - split: проба
              cases: {A: {go: второй}, B: {go: третий}}
              shares: {A: 70, B: 30}
          второй: {say: Раз}
          третий: {say: Два}
        """
    )
    assert ways(chart_of_flow(bot, "меню"), "первый") == {
        ("второй", "A · 70 %", "if"),
        ("третий", "B · 30 %", "if"),
    }


def test_what_begins_a_flow_stands_at_its_beginning() -> None:
    rows = node(chart(), "Когда").rows
    assert [(row.kind, row.text) for row in rows] == [
        ("command", "/return"),
        ("command", "/start"),
        ("words", "возврат"),
        ("contains", "вернуть товар"),
        ("event", "первое сообщение"),
    ]
    called = node(chart("оператор"), "Его вызывают").rows
    assert [row.text for row in called] == ["возврат", "Проба"]


def test_a_handler_is_drawn_once_and_not_from_every_step() -> None:
    drawn = chart()
    assert ways(drawn, "В любом шаге") == {("номер", "заново", "handler")}
    assert len([edge for edge in drawn.edges if edge.kind == "handler"]) == 1


def test_a_handoff_shows_its_queue_and_how_long_it_waits() -> None:
    drawn = chart("оператор")
    assert [row.kind for row in node(drawn, "передача").rows] == ["person", "say"]
    assert ("done", "15 минут без ответа", "timeout") in ways(drawn, "передача")


def test_a_bot_shows_who_calls_whom() -> None:
    drawn = chart("")
    assert Edge("flow возврат", "flow оператор", "2 промаха", "failed") in drawn.edges
    assert Edge("anywhere", "flow оператор", "/operator", "handler") in drawn.edges
    assert [row.text for row in node(drawn, "возврат").rows][:2] == ["Оформить возврат", "/return"]


def test_words_of_ours_are_in_the_bots_language() -> None:
    bot = replace(bot_of(RETURN, QUEUES, actions={"склад.найти": None}), language="en")
    assert {edge.label for edge in chart_of_flow(bot, "возврат").edges} >= {
        "2 misses",
        "after 10 minutes",
        "failed",
        "else",
    }


def long_flow(steps: int) -> str:
    lines = ["flow: длинный", "when: а", "steps:"]
    for number in range(steps):
        lines += [f"  шаг_{number}:", f"    - ask: Вопрос {number}?", f"      save: ответ_{number}"]
    lines += ["      buttons: {Сначала: {go: шаг_0}}"]
    return "\n".join(lines)


def test_a_way_over_many_steps_ends_in_a_box_that_names_its_step() -> None:
    drawn = chart_of_flow(bot_of(long_flow(20)), "длинный")
    jump = next(one for one in drawn.nodes if one.kind == "jump")
    assert (jump.title, jump.step) == ("шаг_0", "шаг_0")
    assert [edge.label for edge in drawn.edges if edge.target == jump.id] == ["Сначала"]


def test_a_long_flow_stands_in_columns_that_no_line_joins() -> None:
    drawn = chart_of_flow(bot_of(long_flow(200)), "длинный")
    columns = {one.id: one.column for one in drawn.nodes}
    assert max(columns.values()) == 8
    assert all(columns[edge.source] == columns[edge.target] for edge in drawn.edges)


def test_mermaid_gets_no_letter_that_means_something_to_it() -> None:
    bot = bot_of(
        """
        flow: меню
        when: а
        steps:
          первый:
            - ask: '<img src=x onerror=alert(1)> "да"; %%{init}%% |x|'
              buttons: {'"]--> a & b': {go: первый}}
        """
    )
    drawn = mermaid(chart_of_flow(bot, "меню"))
    assert drawn.startswith("flowchart TD\n")
    assert "<img" not in drawn
    assert all(line.count('"') in (0, 2, 4) for line in drawn.splitlines())
    assert "#60;img" in drawn


def test_a_timetable_and_a_guard_stand_at_the_beginning() -> None:
    bot = bot_of(
        """
        flow: отчёт
        when: [{every: 'mon-fri 10:00'}, /report]
        only_if: 2 > 1
        steps:
          первый: {set: {x: 1}}
        """
    )
    rows = node(chart_of_flow(bot, "отчёт"), "Когда").rows
    assert [(row.kind, row.text) for row in rows] == [
        ("command", "/report"),
        ("later", "mon-fri 10:00"),
        ("event", "если 2 > 1"),
    ]


def test_an_event_of_the_engine_is_named_in_words() -> None:
    bot = bot_of(
        """
        flow: меню
        when: а
        steps: {первый: {ask: Ну?, save: x}}
        meanwhile:
          - when: {event: cancel}
            then: {say: Жаль}
          - when: {event: payment.paid}
            then: {say: Спасибо}
        """
    )
    rows = node(chart_of_flow(bot, "меню"), "В любом шаге").rows
    assert [row.text for row in rows] == ["отмена задачи", "payment.paid"]
