"""Pauses, waiting for events, and events that nobody waited for."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from flows.model import Bot
from flows.turn import Sent
from tests.flows.conftest import Talk

PAYING = """
    flow: оплата
    about: Оплатить заказ
    when: [/pay]
    steps:
      начало:
        - ask: За что платим?
          save: что
        - say: Жду оплату.
        - wait:
            event: payment.paid
            save: платёж
            timeout: {after: 1h, then: [{say: Не дождалась.}, done]}
        - say: "Спасибо за {{ что }}: {{ платёж.amount }}"
        - ask: Прислать чек?
          save: чек
        - say: Готово.
"""


# ---------------------------------------------------------------- pauses


PAUSES = """
    flow: пауза
    when: [/go]
    steps:
      а:
        - say: Раз
        - wait: 2s
        - say: Два
        - ask: Как вас зовут?
          save: имя
        - say: "Привет, {{ имя }}"
"""


def test_what_follows_a_short_pause_comes_when_it_is_over(talk: Talk) -> None:
    talk(PAUSES).hears("/go", "Раз").passes("1s").says().passes("1s", "Два", "Как вас зовут?")


def test_what_is_written_in_a_short_pause_is_heard_after_it(talk: Talk) -> None:
    dialog = talk(PAUSES).hears("/go", "Раз").hears("Аня").says()
    dialog.passes("2s", "Два", "Как вас зовут?", "Привет, Аня")


def test_cancelling_ends_a_short_pause_at_once(talk: Talk) -> None:
    dialog = talk(PAUSES).hears("/go", "Раз").hears("отмена", "Хорошо, остановились.")
    dialog.passes("1m").says()
    assert dialog.idle


def test_an_api_client_is_answered_only_after_a_short_pause(talk: Talk) -> None:
    dialog = talk(PAUSES).hears("/go", "Раз")
    assert not dialog.play.settled
    dialog.play.settle()
    dialog.says("Два", "Как вас зовут?")
    assert dialog.play.settled


def test_in_a_long_pause_the_customer_is_free_and_the_flow_goes_on_afterwards(talk: Talk) -> None:
    flows = """
        flow: отзыв
        when: [/buy]
        steps:
          а:
            - say: Заказ принят
            - wait: 2h
            - say: Всё понравилось?
        ---
        flow: часы
        when: [часы]
        steps: {а: {say: С девяти до шести}}
    """
    dialog = talk(flows, "start: отзыв").hears("/buy", "Заказ принят")
    assert dialog.play.settled
    dialog.hears("часы", "С девяти до шести").passes("119m").says()
    dialog.passes("1m", "Всё понравилось?")
    assert dialog.idle


def test_a_pause_longer_than_the_task_may_be_silent_is_waited_for(talk: Talk) -> None:
    flows = """
        flow: через_неделю
        when: [/go]
        expires: 1h
        steps: {а: [{say: Пока}, {wait: 7d}, {say: Как дела?}]}
    """
    talk(flows).hears("/go", "Пока").passes("8d", "Как дела?")


def test_every_round_of_a_loop_pauses(talk: Talk) -> None:
    flows = """
        flow: счёт
        when: [/go]
        steps:
          а:
            - each: "[1, 2, 3]"
              then:
                - say: "{{ item }}"
                - wait: 40s
            - say: Всё
    """
    dialog = talk(flows).hears("/go", "1").passes("40s", "2").passes("40s", "3")
    dialog.passes("40s", "Всё")


def test_helpers_and_handlers_may_pause(talk: Talk) -> None:
    flows = """
        flow: главный
        when: [/go]
        steps:
          а:
            - call: помощник
            - ask: Ну?
              save: x
            - say: "Вот {{ x }}"
        meanwhile:
          - when: помощь
            then: [{say: Сейчас}, {wait: 1s}, {say: Помогаю}]
        ---
        flow: помощник
        steps: {а: [{say: А}, {wait: 1s}, {say: Б}]}
    """
    dialog = talk(flows).hears("/go", "А").passes("1s", "Б", "Ну?")
    dialog.hears("помощь", "Сейчас").passes("1s", "Помогаю", "Ну?").hears("да", "Вот да")


def test_a_flow_that_only_pauses_for_ever_is_stopped(talk: Talk) -> None:
    flows = "flow: ж\nwhen: [/go]\nsteps: {а: [{say: Тик}, {wait: 1m}, {go: а}]}"
    dialog = talk(flows).hears("/go")
    for _ in range(600):
        dialog.passes("1m")
    assert dialog.idle
    assert dialog.counted("error") == 1


# ---------------------------------------------------------------- waiting for an event


def test_the_flow_goes_on_when_its_event_comes(talk: Talk) -> None:
    dialog = talk(PAYING).hears("/pay", "За что платим?").hears("чай", "Жду оплату.")
    dialog.occurs("payment.paid", "Спасибо за чай: 100", "Прислать чек?", amount=100)
    dialog.passes("2h").says().hears("да", "Готово.")


def test_an_event_of_another_name_leaves_it_waiting(talk: Talk) -> None:
    dialog = talk(PAYING).hears("/pay").hears("чай").news().occurs("payment.failed").says()
    dialog.occurs("payment.paid", "Спасибо за чай: 5", "Прислать чек?", amount=5)


def test_an_event_that_does_not_come_in_time_is_waited_for_no_more(talk: Talk) -> None:
    dialog = talk(PAYING).hears("/pay").hears("чай").news().passes("1h", "Не дождалась.")
    assert dialog.idle
    dialog.occurs("payment.paid").says()


def test_where_no_block_says_what_to_do_the_flow_goes_on_with_nothing(talk: Talk) -> None:
    flows = """
        flow: ж
        when: [/go]
        steps:
          а:
            - wait: {event: a.b, save: x, timeout: {after: 1h, then: {say: Поздно}}}
            - if: empty(x)
              then: {say: Пусто}
    """
    talk(flows).hears("/go").passes("1h", "Поздно", "Пусто")


def test_while_it_waits_other_topics_work_and_nobody_is_asked_again(talk: Talk) -> None:
    bot = "meanwhile: [{when: {event: no_match}, then: {say: Не поняла}}]"
    dialog = talk(PAYING, bot).hears("/pay").hears("чай").news()
    dialog.hears("ну когда", "Не поняла")
    dialog.occurs("payment.paid", "Спасибо за чай: 1", "Прислать чек?", amount=1)


def test_a_question_asked_meanwhile_comes_back_when_the_paid_flow_is_over(talk: Talk) -> None:
    flows = (
        PAYING
        + """
    ---
    flow: адрес
    about: Записать адрес
    when: [адрес]
    steps: {а: [{ask: Какой адрес?, save: а}, {say: "Записала {{ а }}"}]}
    """
    )
    dialog = talk(flows).hears("/pay").hears("чай").news().hears("адрес", "Какой адрес?")
    dialog.occurs("payment.paid", "Спасибо за чай: 1", "Прислать чек?", amount=1)
    dialog.hears("нет", "Готово.", "Продолжим «Записать адрес»?").hears("да", "Какой адрес?")
    dialog.hears("Мира, 5", "Записала Мира, 5")


def test_the_deepest_wait_on_top_gets_the_event_first(talk: Talk) -> None:
    flows = """
        flow: первый
        when: [/one]
        steps: {а: [{wait: {event: a.b}}, {say: Первый}]}
        ---
        flow: второй
        when: [/two]
        steps: {а: [{wait: {event: a.b}}, {say: Второй}]}
    """
    dialog = talk(flows).hears("/one").hears("/two").says()
    dialog.occurs("a.b", "Второй").occurs("a.b", "Первый").occurs("a.b").says()


def test_going_back_before_the_event_asks_again_and_after_it_does_not(talk: Talk) -> None:
    dialog = talk(PAYING).hears("/pay").hears("чай").news().hears("назад", "За что платим?")
    dialog.hears("кофе", "Жду оплату.")
    dialog.occurs("payment.paid", "Спасибо за кофе: 1", "Прислать чек?", amount=1)
    dialog.hears("назад", "Дальше назад нельзя.", "Прислать чек?")


def test_cancelling_ends_the_wait(talk: Talk) -> None:
    dialog = talk(PAYING).hears("/pay").hears("чай").news().hears("отмена", "Хорошо, остановились.")
    dialog.occurs("payment.paid").says().passes("2h").says()


def test_without_a_timeout_silence_ends_the_wait(talk: Talk) -> None:
    flows = """
        flow: ж
        when: [/go]
        expires: 2h
        steps: {а: [{wait: {event: a.b}}, {say: Дождалась}]}
        meanwhile: [{when: {event: expired}, then: {say: Закрываю}}]
    """
    dialog = talk(flows).hears("/go").passes("119m").says().passes("2m", "Закрываю")
    dialog.occurs("a.b").says()


def test_an_event_that_comes_while_an_action_runs_is_taken_after_it(talk: Talk) -> None:
    flows = """
        flow: ж
        when: [/go]
        steps: {а: [{do: slow.x}, {say: Сделано}, {wait: {event: a.b}}, {say: Дождалась}]}
    """
    dialog = talk(flows, actions={"slow.x": 1}, held=True).hears("/go").occurs("a.b").says()
    dialog.play.answer_actions()
    dialog.says("Сделано", "Дождалась")


def test_an_event_waits_until_the_photos_are_all_there(talk: Talk) -> None:
    flows = """
        flow: фото
        when: [/go]
        steps: {а: [{ask: Фото?, save: ф, as: photos}, {say: "Их {{ ф | len }}"}]}
        ---
        flow: весть
        when: {event: a.b}
        steps: {а: {say: Пришла весть}}
    """
    dialog = talk(flows).hears("/go", "Фото?").gets(Sent(kind="photo", ref="1")).occurs("a.b")
    dialog.says().passes("3s", "Их 1", "Пришла весть")


def test_an_event_waits_until_a_person_has_given_the_chat_back(talk: Talk) -> None:
    dialog = talk(PAYING).hears("/pay").hears("чай").news()
    dialog.play.take_over()
    dialog.play.person_comes()
    dialog.occurs("payment.paid", amount=1).says()
    dialog.play.give_back()
    dialog.says("Спасибо за чай: 1", "Прислать чек?")


def test_a_chat_that_waits_is_kept_as_json_and_read_back(talk: Talk) -> None:
    dialog = talk(PAYING).hears("/pay").hears("чай").news()
    dialog.play.position = json.loads(json.dumps(dialog.play.position, ensure_ascii=False))
    dialog.occurs("payment.paid", "Спасибо за чай: 7", "Прислать чек?", amount=7)


def test_of_very_many_events_that_wait_for_one_another_the_newest_are_kept(talk: Talk) -> None:
    flows = """
        flow: весть
        when: {event: a.b}
        steps: {а: [{ask: "Весть {{ trigger.data.n }}. Читали?", save: да, as: yes_no}]}
    """
    dialog = talk(flows).occurs("a.b", "Весть 0. Читали?", n=0)
    for number in range(1, 51):
        dialog.occurs("a.b", n=number).says()
    lost = dialog.play.happenings("event_lost")
    assert [one["event"] for one in lost] == ["a.b"] * 30
    assert len(dialog.play.timers) < 25
    for number in range(31, 51):
        dialog.hears("да", f"Весть {number}. Читали?")
    dialog.hears("да")


# ---------------------------------------------------------------- edited flows


def test_a_wait_that_is_still_there_goes_on_in_the_edited_flow(
    talk: Talk, bot: Callable[..., Bot]
) -> None:
    dialog = talk(PAYING).hears("/pay").hears("чай").news()
    dialog.play.edit(bot(PAYING.replace("Спасибо за", "Благодарим за")))
    dialog.occurs("payment.paid", "Благодарим за чай: 1", "Прислать чек?", amount=1)


def test_a_wait_that_is_gone_ends_in_its_own_version(talk: Talk, bot: Callable[..., Bot]) -> None:
    dialog = talk(PAYING).hears("/pay").hears("чай").news()
    dialog.play.edit(bot("flow: оплата\nwhen: [/pay]\nsteps: {а: {say: Нет оплаты}}"))
    dialog.occurs("payment.paid", "Спасибо за чай: 1", "Прислать чек?", amount=1)


def test_a_wait_whose_flow_and_version_are_gone_dies(talk: Talk, bot: Callable[..., Bot]) -> None:
    dialog = talk(PAYING).hears("/pay").hears("чай").news()
    dialog.play.edit(bot("flow: иное\nwhen: [/x]\nsteps: {а: {say: Икс}}"), keep=False)
    dialog.occurs("payment.paid", "*больше нет*", amount=1)
    assert dialog.idle


# ---------------------------------------------------------------- handlers that wait

HANDLING = """
    flow: дело
    about: Сделать дело
    when: [/go]
    steps: {а: [{ask: Ну?, save: x}, {say: "Вот {{ x }}"}]}
    meanwhile:
      - when: хватит
        then: [{say: Подумайте}, {wait: 2m}, {say: Заканчиваю}, done]
      - when: {event: cancel}
        then: [{say: Отменяю}, {wait: {event: a.b}}, {say: Отменила}]
    ---
    flow: форма
    about: Заполнить форму
    when: [/form]
    steps: {а: [{ask: Имя?, save: имя}, {say: "Вы {{ имя }}"}]}
"""


def test_what_ends_after_a_wait_ends_its_own_task_and_no_other(talk: Talk) -> None:
    dialog = talk(HANDLING).hears("/go", "Ну?").hears("хватит", "Подумайте").hears("/form", "Имя?")
    dialog.passes("2m").says().passes("15m", "Заканчиваю", "Имя?")
    dialog.hears("Аня", "Вы Аня")
    assert dialog.idle


def test_a_farewell_that_waits_ends_the_task_when_its_event_comes(talk: Talk) -> None:
    dialog = talk(HANDLING).hears("/go", "Ну?").hears("отмена", "Отменяю").hears("/form", "Имя?")
    dialog.occurs("a.b", "Отменила", "Имя?").hears("Аня", "Вы Аня")
    assert dialog.idle
    assert dialog.counted("task_cancelled") == 1


# ---------------------------------------------------------------- events that begin something


LISTENING = """
    flow: весть
    about: Сообщить о доставке
    when:
      - event: order.delivered
        if: trigger.data.number != null
    steps:
      а:
        - say: "{{ trigger.name }}: {{ trigger.data.number }}{{ trigger.text }}"
        - ask: Всё хорошо?
          save: ок
        - say: Спасибо
    ---
    flow: форма
    about: Заполнить форму
    when: [/form]
    steps: {а: [{ask: Имя?, save: имя}, {say: "Вы {{ имя }}"}]}
"""


def test_an_event_begins_the_flow_that_listens_to_it(talk: Talk) -> None:
    dialog = talk(LISTENING).occurs(
        "order.delivered", "order.delivered: 5", "Всё хорошо?", number=5
    )
    dialog.hears("да", "Спасибо")
    assert dialog.idle


def test_an_event_interrupts_a_question_which_comes_back(talk: Talk) -> None:
    dialog = talk(LISTENING).hears("/form", "Имя?")
    dialog.occurs("order.delivered", "order.delivered: 5", "Всё хорошо?", number=5)
    dialog.hears("да", "Спасибо", "Продолжим «Заполнить форму»?").hears("да", "Имя?")
    dialog.hears("Аня", "Вы Аня")


def test_an_event_whose_condition_is_not_true_begins_nothing(talk: Talk) -> None:
    dialog = talk(LISTENING).occurs("order.delivered").says()
    assert dialog.counted("event_unheard") == 1


def test_the_same_event_twice_is_dealt_with_twice_and_never_at_once(talk: Talk) -> None:
    dialog = talk(LISTENING).occurs("order.delivered", number=1).news()
    dialog.occurs("order.delivered", number=2).says()
    dialog.hears("да", "Спасибо", "order.delivered: 2", "Всё хорошо?").hears("да", "Спасибо")
    assert dialog.idle


def test_an_event_that_is_held_is_let_go_by_its_own_condition(talk: Talk) -> None:
    dialog = talk(LISTENING.replace("!= null", "> 2")).occurs("order.delivered", number=3).news()
    dialog.occurs("order.delivered", number=4).hears("/form", "Имя?").news()
    dialog.passes("15m").hears("Аня", "Вы Аня", "Продолжим*")
    dialog.hears("да", "Всё хорошо?").hears("да", "Спасибо", "order.delivered: 4", "Всё хорошо?")


def test_a_handler_that_waits_deals_with_one_event_after_another(talk: Talk) -> None:
    bot = """
        meanwhile:
          - when: {event: a.b}
            then: [{say: "Начало {{ trigger.data.n }}"}, {wait: 1h}, {say: Конец}]
    """
    dialog = talk("flow: ж\nwhen: [/go]\nsteps: {а: {say: А}}", bot)
    dialog.occurs("a.b", "Начало 1", n=1).occurs("a.b", n=2).says()
    dialog.passes("1h", "Конец", "Начало 2").passes("1h", "Конец")


def test_handlers_that_wait_do_not_pile_up_without_end(talk: Talk) -> None:
    flows = """
        flow: ж
        when: [/go]
        steps: {а: [{ask: Ну?, save: x}, {say: "Вот {{ x }}"}]}
        meanwhile: [{when: помощь, then: [{say: Сейчас}, {wait: 1h}]}]
    """
    dialog = talk(flows).hears("/go", "Ну?")
    for _ in range(30):
        dialog.hears("помощь")
    assert len(dialog.play.position["stack"]) < 10
    dialog.news().passes("2h", "Ну?").hears("да", "Вот да")


def test_the_nearest_handler_of_an_event_takes_it(talk: Talk) -> None:
    flows = """
        flow: ж
        when: [/go]
        steps:
          а:
            - ask: Ну?
              save: x
              meanwhile: [{when: {event: a.b}, then: {say: "Вопрос слышит {{ trigger.data.n }}"}}]
            - ask: А теперь?
              save: y
        meanwhile: [{when: {event: a.b}, then: {say: Сценарий слышит}}]
    """
    bot = "meanwhile: [{when: {event: a.b}, then: {say: Бот слышит}}]"
    dialog = talk(flows, bot).occurs("a.b", "Бот слышит").hears("/go", "Ну?")
    dialog.occurs("a.b", "Вопрос слышит 3", "Ну?", n=3).hears("да", "А теперь?")
    dialog.occurs("a.b", "Сценарий слышит", "А теперь?")


@pytest.mark.parametrize("ending", ["error", "cancel", "expired"])
def test_a_flow_may_begin_where_a_task_has_ended(talk: Talk, ending: str, fails: object) -> None:
    flows = f"""
        flow: дело
        when: [/go]
        steps: {{а: [{{ask: Ну?, save: x}}, {{do: x.y}}]}}
        ---
        flow: потом
        when: {{event: {ending}}}
        steps: {{а: {{say: "Потом ({{{{ trigger.text }}}})"}}}}
    """
    dialog = talk(flows, actions={"x.y": fails}).hears("/go", "Ну?")
    act: dict[str, Callable[[], Any]] = {
        "error": lambda: dialog.hears("да"),
        "cancel": lambda: dialog.hears("отмена"),
        "expired": lambda: dialog.passes("25h"),
    }
    act[ending]()
    dialog.says("Потом ()")
    assert dialog.idle


# ---------------------------------------------------------------- narrowed triggers


def test_what_is_sent_wakes_who_listens_to_it(talk: Talk) -> None:
    flows = """
        flow: снимок
        when: {sends: [photo, sticker]}
        steps: {а: {say: "Красиво {{ trigger.text }}"}}
        ---
        flow: голос
        when: {sends: voice}
        steps: {а: {say: Послушаю}}
    """
    dialog = talk(flows).gets(Sent(kind="photo", ref="1"), text="вот").says("Красиво вот")
    dialog.gets(Sent(kind="voice", ref="1")).says("Послушаю")
    picture = Sent(kind="document", ref="1", details={"mime": "image/png"})
    dialog.gets(picture).says("Красиво ")


def test_a_photo_that_a_question_asks_for_is_its_answer(talk: Talk) -> None:
    flows = """
        flow: ж
        when: [/go]
        steps: {а: [{ask: Фото?, save: ф, as: photo}, {say: Есть}]}
        ---
        flow: снимок
        when: {sends: photo}
        steps: {а: {say: Красиво}}
    """
    dialog = talk(flows).hears("/go", "Фото?").gets(Sent(kind="photo", ref="1")).says("Есть")
    dialog.gets(Sent(kind="photo", ref="1")).says("Красиво")


def test_a_trigger_narrowed_to_a_channel_or_a_condition_lets_others_hear(talk: Talk) -> None:
    flows = """
        flow: скидка
        when: [{contains: скидка, if: user.phone != null}]
        steps: {а: {say: Ваша скидка 5%}}
        ---
        flow: телефон
        when: {contains: скидка, channel: [telegram, vk]}
        steps: {а: {say: Поделитесь номером}}
        ---
        flow: прочее
        when: {contains: скидка}
        steps: {а: {say: Скидка для своих}}
    """
    bot = "user: {phone: phone}"
    talk(flows, bot, user={"phone": "+79991234567"}).hears("а скидка?", "Ваша скидка 5%")
    talk(flows, bot, channel="telegram").hears("а скидка?", "Поделитесь номером")
    talk(flows, bot).hears("а скидка?", "Скидка для своих")


def test_a_condition_of_a_flow_reads_its_variables_when_the_message_comes(talk: Talk) -> None:
    flows = """
        flow: ж
        when: [/go]
        steps: {а: [{ask: Сколько?, save: n, as: integer}, {ask: Ещё?, save: x}, {say: "Итак {{ x }}"}]}
        meanwhile:
          - when: {event: a.b, if: n > 5}
            then: {say: Много}
          - when: {event: a.b}
            then: {say: Мало}
    """
    talk(flows).hears("/go").hears("9").news().occurs("a.b", "Много", "Ещё?")
    talk(flows).hears("/go").hears("2").news().occurs("a.b", "Мало", "Ещё?")


# ---------------------------------------------------------------- only_if


GUARDED = """
    flow: заказ
    when: [/order, {contains: заказать}]
    only_if: user.phone != null
    steps: {а: [{ask: Что заказать?, save: что}, {set: {user.phone: null}}, {ask: Ещё?, save: ещё}]}
    ---
    flow: меню
    when: [/menu]
    steps:
      а:
        - say:
            text: Меню
            buttons: {Заказать: {call: заказ}}
        - call: заказ
          save: итог
        - say: "Итог пуст: {{ итог | default('да') }}, {{ call.outcome }}"
        - start: заказ
    ---
    flow: нет
    when: {event: no_match}
    steps: {а: {say: Не поняла}}
"""


def test_a_flow_whose_guard_is_not_true_is_not_begun_by_words(talk: Talk) -> None:
    dialog = talk(GUARDED, "user: {phone: phone}")
    dialog.hears("/order", "Не поняла").hears("хочу заказать", "Не поняла")
    free = talk(GUARDED, "user: {phone: phone}", user={"phone": "+7"})
    free.hears("/order", "Что заказать?")


def test_a_call_of_a_guarded_flow_comes_back_empty(talk: Talk) -> None:
    dialog = talk(GUARDED, "user: {phone: phone}").hears("/menu", "Меню", "Итог пуст: да, refused")
    assert dialog.idle
    dialog.presses("Заказать", "Эта кнопка уже не действует*")


def test_a_guard_does_not_stop_what_has_begun(talk: Talk) -> None:
    dialog = talk(GUARDED, "user: {phone: phone}", user={"phone": "+7"})
    dialog.hears("/order", "Что заказать?").hears("чай", "Ещё?").hears("/order", "Ещё?")


def test_a_guard_reads_what_the_flow_is_given(talk: Talk) -> None:
    flows = """
        flow: ж
        when: [/go]
        steps: {а: [{call: помощник, with: {n: 1}}, {call: помощник, with: {n: 9}}]}
        ---
        flow: помощник
        needs: {n: integer}
        only_if: n > 5
        steps: {а: {say: "Вот {{ n }}"}}
    """
    talk(flows).hears("/go", "Вот 9")
