"""Where chats stand, and what is told of the questions they leave behind."""

from flows.standing import NOWHERE, Stand, question_key, standing
from tests.flows.conftest import Dialog, bot_of

SHOP = """
    flow: меню
    when: привет
    steps:
      выбор:
        - ask: Чем помочь?
          buttons: {Возврат: {call: возврат}}
        - go: выбор
    ---
    flow: возврат
    when: возврат
    steps:
      номер:
        - ask: Какой заказ?
          save: номер
          as: integer
          timeout: {after: 1h, then: {say: Пора}}
      причина:
        - ask: Что случилось?
          save: причина
    """
NUMBER = Stand("возврат", "номер", question_key("номер", "integer"))


def dialog() -> Dialog:
    return Dialog(bot_of(SHOP), {})


def outcomes(chat: Dialog) -> list[str]:
    """What happened to the question about the number, in order."""
    names = ("asked", "misfit", "answered", "silent", "left")
    return [
        one.name
        for one in chat.play.happened
        if one.name in names and one.data["save"] == "номер" and one.data["kind"] == "integer"
    ]


def test_an_idle_chat_stands_at_nothing() -> None:
    assert standing({}) == []


def test_a_chat_stands_at_its_question_and_beneath_it_at_what_called() -> None:
    chat = dialog().hears("привет").hears("Возврат")
    assert standing(chat.play.position) == [NUMBER, Stand("меню", "выбор")]


def test_a_chat_that_a_person_has_stands_nowhere_on_top() -> None:
    chat = dialog().hears("возврат")
    chat.play.take_over()
    assert standing(chat.play.position) == [NOWHERE, NUMBER]


def test_a_misfit_and_a_repetition_are_no_new_asking() -> None:
    assert outcomes(dialog().hears("возврат").hears("не скажу").hears("7")) == [
        "asked",
        "misfit",
        "answered",
    ]


def test_a_question_whose_timeout_came_was_met_with_silence() -> None:
    assert outcomes(dialog().hears("возврат").passes("1h")) == ["asked", "silent"]


def test_a_question_is_left_when_its_task_is_cancelled() -> None:
    assert outcomes(dialog().hears("возврат").hears("отмена")) == ["asked", "left"]


def test_a_question_put_once_more_by_going_back_was_left_before() -> None:
    chat = dialog().hears("возврат").hears("7").hears("назад")
    assert outcomes(chat) == ["asked", "answered", "asked"]
    left = chat.play.happenings("left")
    assert [one["step"] for one in left] == ["причина"]
