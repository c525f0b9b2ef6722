"""What a question may be told: tries, checks, known answers, buttons that act, skipping."""

from typing import Any

import pytest

from flows.turn import Sent


def flow(body: str, more: str = "") -> str:
    lines = body.strip("\n").split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip())
    steps = "\n".join("    " + line[indent:] for line in lines)
    return f"flow: а\nabout: А\nwhen: [/a]\n{more}steps:\n  раз:\n{steps}\n"


def test_after_too_many_misfits_else_is_done_and_the_question_asked_again(talk: Any) -> None:
    dialog = talk(
        flow(
            """
            - ask: Сколько?
              save: x
              as: number
              tries: 2
              retry: Числом.
              else: {say: Ладно.}
            - say: "{{ x }}"
            """
        )
    )
    dialog.hears("/a", "Сколько?").hears("эм", "Числом.").hears("ну", "Ладно.", "Сколько?")
    dialog.hears("эм", "Числом.").hears("5", "5")


def test_else_may_leave(talk: Any) -> None:
    dialog = talk(
        flow(
            """
            - ask: Сколько?
              save: x
              as: number
              tries: 1
              else: [done]
            """
        )
    )
    dialog.hears("/a", "Сколько?").hears("эм").says()
    assert dialog.idle


def test_the_bots_else_serves_every_question_that_has_none(talk: Any) -> None:
    bot = """
    defaults:
      tries: 2
      else: {call: помощь}
    """
    flows = (
        flow("- ask: Сколько?\n  save: x\n  as: number\n  retry: Числом.")
        + "---\nflow: помощь\nsteps:\n  а:\n    - say: Помогаю.\n"
    )
    dialog = talk(flows, bot)
    dialog.hears("/a", "Сколько?").hears("эм", "Числом.").hears("ну", "Помогаю.", "Сколько?")
    dialog.hears("эм", "Числом.")


def test_a_good_answer_in_between_starts_the_count_anew(talk: Any) -> None:
    dialog = talk(
        flow(
            """
            - ask: Сколько?
              save: x
              as: number
              tries: 2
              else: [done]
            - ask: А ещё?
              save: y
              as: number
              tries: 2
              else: [done]
            """
        )
    )
    dialog.hears("/a").hears("эм").hears("5").hears("эм")
    assert not dialog.idle


def test_a_broken_check_says_why(talk: Any) -> None:
    dialog = talk(
        flow(
            """
            - ask: Сколько?
              save: x
              as: number
              check:
                - {must: x > 0, say: Больше нуля.}
                - {must: x < 10, say: "{{ x }} — много."}
            - say: Хорошо.
            """
        )
    )
    dialog.hears("/a", "Сколько?").hears("0", "Больше нуля.").hears("12", "12 — много.")
    dialog.hears("5", "Хорошо.")


def test_a_check_may_be_about_what_is_known_of_the_person(talk: Any) -> None:
    dialog = talk(
        flow(
            """
            - ask: Имя?
              save: user.name
              as: text
              check: [{must: user.name != 'Аня', say: Аня уже есть.}]
            - say: "{{ user.name }}"
            """
        ),
        "user: {name: text}\n",
    )
    dialog.hears("/a", "Имя?").hears("Аня", "Аня уже есть.").hears("Оля", "Оля")


def test_a_known_answer_is_skipped_or_confirmed(talk: Any) -> None:
    flows = flow(
        """
        - ask: Имя?
          save: user.name
          as: text
          known: skip
        - ask: Телефон?
          save: user.phone
          as: phone
          known: confirm
        - say: "{{ user.name }} {{ user.phone | phone }}"
        """
    )
    bot = "user: {name: text, phone: phone}\n"
    dialog = talk(flows, bot, user={"name": "Аня", "phone": "+79991234567"})
    dialog.hears("/a", "+7 999 123-45-67 — верно?")
    assert dialog.buttons == ["Да", "Другой"]
    dialog.presses("Да", "Аня +7 999 123-45-67")
    dialog.passes("25h").hears("/a")
    dialog.presses("Другой", "+7 999 123-45-67 — верно?", "Телефон?")
    dialog.hears("8 999 000-11-22", "Аня +7 999 000-11-22")
    dialog.passes("25h").hears("/a", "+7 999 000-11-22 — верно?")
    dialog.hears("89995554433", "Аня +7 999 555-44-33")


def test_a_command_is_no_no_to_what_is_to_be_confirmed(talk: Any) -> None:
    flows = """
    flow: а
    about: А
    when: [/a]
    steps:
      а:
        - ask: Телефон?
          save: user.phone
          as: phone
          known: confirm
    """
    dialog = talk(flows, "user: {phone: phone}", user={"phone": "+79991234567"})
    dialog.hears("/a", "+7 999 123-45-67 — верно?").hears("/cancel", "Хорошо, остановились.")
    assert dialog.idle


def test_only_a_value_older_than_this_conversation_is_confirmed(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Телефон?
          save: user.phone
          as: phone
          known: confirm
        - say: Записала.
    ---
    flow: б
    when: [/b]
    needs: {код: {as: text, optional: yes}}
    steps:
      а:
        - call: в
          with: {код: "123"}
    ---
    flow: в
    needs: {код: text}
    steps:
      а:
        - ask: Код?
          save: код
          known: confirm
        - say: Код {{ код }}.
    """
    dialog = talk(flows, "user: {phone: phone}\n")
    dialog.hears("/a", "Телефон?").hears("89991234567", "Записала.")
    dialog.hears("/a", "Записала.").passes("23h").hears("/a", "Записала.")
    dialog.passes("25h").hears("/a", "+7 999 123-45-67 — верно?").hears("да", "Записала.")
    dialog.hears("/b", "Код 123.")


def test_an_answer_given_in_this_task_is_not_confirmed_again(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      телефон:
        - ask: Телефон?
          save: user.phone
          as: phone
          known: confirm
      итог:
        - ask: Верно?
          save: верно
          as: yes_no
          buttons:
            Да: yes
            Исправить имя: {go: имя}
            Исправить телефон: {go: телефон}
        - done
      имя:
        - ask: Имя?
          save: имя
        - go: телефон_ещё
      телефон_ещё:
        - say: .
        - call: контакт
        - done
    ---
    flow: контакт
    steps:
      а:
        - ask: Телефон?
          save: user.phone
          as: phone
          known: confirm
        - say: Тот же.
    """
    dialog = talk(flows, "user: {phone: phone}\n")
    dialog.hears("/a", "Телефон?").hears("89991234567", "Верно?")
    dialog.presses("Исправить телефон", "Телефон?").hears("89991234568", "Верно?")
    dialog.presses("Исправить имя", "Имя?").hears("Аня", ".", "Тот же.")


def test_going_to_a_step_always_asks_its_questions(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      имя:
        - ask: Имя?
          save: имя
          known: skip
      город:
        - ask: Город?
          save: город
          known: skip
      итог:
        - ask: Верно?
          save: верно
          as: yes_no
          buttons:
            Да: yes
            Имя: {go: имя}
        - say: "{{ имя }}, {{ город }}"
    """
    dialog = talk(flows)
    dialog.hears("/a", "Имя?").hears("Аня", "Город?").hears("Пермь", "Верно?")
    dialog.presses("Имя", "Имя?").hears("Оля", "Верно?").presses("Да", "Оля, Пермь")


def test_find_looks_once_per_task(talk: Any) -> None:
    flows = """
    flow: а
    when: [{contains: заказ}]
    steps:
      номер:
        - ask: Номер?
          save: номер
          as: номер
        - say: "Ищу {{ номер }}"
        - go: номер
    """
    dialog = talk(flows, "types: {номер: {as: text, clean: digits, matches: '\\d{5}'}}\n")
    dialog.hears("заказ 12345", "Ищу 12345", "Номер?")


def test_a_button_that_acts_goes_on_after_the_question(talk: Any) -> None:
    dialog = talk(
        flow(
            """
            - ask: Что?
              save: x
              buttons:
                Просто: просто
                Шутка: {say: Ха-ха.}
            - say: Дальше {{ x }}.
            """
        )
    )
    dialog.hears("/a", "Что?").presses("Шутка", "Ха-ха.", "Дальше .")
    dialog.hears("/a", "Что?").presses("Просто", "Дальше просто.")


def test_a_label_of_a_typed_question_is_read_as_if_it_were_written(talk: Any) -> None:
    dialog = talk(
        flow(
            """
            - ask: Когда?
              save: день
              as: date
              buttons: [Сегодня, Завтра]
            - say: "{{ день | date }}"
            """
        )
    )
    dialog.hears("/a", "Когда?").presses("Завтра", "3 марта")
    dialog.hears("/a", "Когда?").hears("сегодня", "2 марта")
    dialog.hears("/a", "Когда?").hears("5 марта", "5 марта")


def test_options_save_the_whole_object(talk: Any) -> None:
    dialog = talk(
        flow(
            """
            - ask: Какая услуга?
              save: услуга
              as: choice
              options: chat.услуги
              label: "{{ item.name }} — {{ item.price | money }}"
            - say: "{{ услуга.name }} ({{ услуга.id }})"
            """
        ),
        chat={
            "услуги": [
                {"id": 1, "name": "Стрижка", "price": 1500},
                {"id": 2, "name": "Укладка", "price": 900},
            ]
        },
    )
    dialog.hears("/a", "Какая услуга?")
    assert dialog.buttons == ["Стрижка — 1\xa0500\xa0₽", "Укладка — 900\xa0₽"]
    dialog.presses("Укладка — 900\xa0₽", "Укладка (2)")
    dialog.hears("/a", "Какая услуга?").hears("1", "Стрижка (1)")
    dialog.hears("/a", "Какая услуга?").hears("укладка", "Укладка (2)")


def test_yes_and_no_are_typed_in_many_ways(talk: Any) -> None:
    dialog = talk(
        flow(
            """
            - ask: Да?
              save: x
              as: yes_no
            - say: "{{ 'да' if x else 'нет' }}"
            """
        )
    )
    dialog.hears("/a", "Да?")
    assert dialog.buttons == ["Да", "Нет"]
    dialog.hears("ага", "да").hears("/a", "Да?").hears("не-а", "нет")
    dialog.hears("/a", "Да?").presses("Нет", "нет")


def test_a_rating_makes_its_own_buttons(talk: Any) -> None:
    dialog = talk(flow("- ask: Оцените\n  save: x\n  as: rating\n  max: 3\n- say: '{{ x }}'"))
    dialog.hears("/a", "Оцените")
    assert dialog.buttons == ["1", "2", "3"]
    dialog.presses("2", "2").hears("/a", "Оцените").hears("три", "3")


def test_a_question_may_be_skipped(talk: Any) -> None:
    dialog = talk(flow('- ask: Почему?\n  save: x\n  skip: Пропустить\n- say: "[{{ x }}]"'))
    dialog.hears("/a", "Почему?").presses("Пропустить", "[]")
    dialog.hears("/a", "Почему?").hears("пропустить", "[]")
    dialog.hears("/a", "Почему?").hears("так", "[так]")


def test_a_shared_contact_answers_a_question_for_a_phone(talk: Any) -> None:
    dialog = talk(
        flow(
            """
            - ask: Телефон?
              save: x
              as: phone
              buttons: {Отправить: {share: phone}}
            - say: "{{ x | phone }}"
            """
        )
    )
    dialog.hears("/a", "Телефон?")
    assert dialog.play.offered[0].share == "phone"
    dialog.play.share("79991234567")
    dialog.says("+7 999 123-45-67")


def test_a_misfit_without_words_repeats_the_question_with_its_buttons(talk: Any) -> None:
    dialog = talk(flow("- ask: Что?\n  save: x\n  buttons: [Раз, Два]\n- say: '{{ x }}'"))
    dialog.hears("/a", "Что?").hears("семь", "Что?")
    assert dialog.buttons == ["Раз", "Два"]


@pytest.mark.parametrize("text", ["", "слова"])
def test_what_is_no_photo_does_not_fit_a_question_for_photos(talk: Any, text: str) -> None:
    dialog = talk(flow("- ask: Фото?\n  save: x\n  as: photos\n  retry: Нужно фото."))
    dialog.hears("/a", "Фото?")
    dialog.gets(Sent(kind="voice", ref="v"), text=text)
    dialog.says("Нужно фото.")


def test_a_button_on_offer_may_carry_a_name_and_data(talk: Any) -> None:
    dialog = talk(
        flow(
            """
            - set: {номер: "12345"}
            - say:
                text: В пути.
                buttons:
                  Где: {url: "http://x/{{ номер }}", name: track, with: {id: "{{ номер }}"}}
            """
        )
    )
    dialog.hears("/a", "В пути.")
    (button,) = dialog.play.offered
    assert (button.url, button.name, dict(button.data)) == (
        "http://x/12345",
        "track",
        {"id": "12345"},
    )


def test_a_button_that_acts_may_have_a_name_too(talk: Any) -> None:
    dialog = talk(
        flow(
            """
            - say: {text: Вот., buttons: {Ещё: {start: а, name: more}}}
            - ask: Что?
              save: x
              buttons: {Дальше: {go: б, name: further}, Стоп: {go: cancel}}
            """
        )
        + "  б: [{say: Готово.}]\n"
    )
    dialog.hears("/a", "Вот.", "Что?")
    assert [button.name for said in dialog.play.said for button in said.buttons] == [
        "more",
        "further",
        None,
    ]
    dialog.presses("Дальше", "Готово.")


def test_several_labels_are_chosen_until_done(talk: Any) -> None:
    steps = "- ask: Какие?\n  save: x\n  as: many\n  buttons: [А, Б, В]\n- say: '{{ x | join }}'"
    dialog = talk(flow(steps))
    dialog.hears("/a", "Какие?")
    assert dialog.buttons == ["А", "Б", "В", "Готово"]
    dialog.presses("Готово", "Пока ничего не выбрано.")
    dialog.presses("А", "Выбрано: А.").hears("3", "Выбрано: А, В.").presses("А", "Выбрано: В.")
    dialog.hears("б", "Выбрано: Б, В.").hears("готово", "Б, В")


def test_a_choice_may_be_found_in_the_message_that_began_the_task(talk: Any) -> None:
    flows = """
    flow: а
    when: [{contains: хочу}]
    steps:
      а:
        - ask: Что?
          save: x
          find: yes
          buttons: [Красный шар, Синий шар]
        - say: "{{ x }}"
    """
    talk(flows).hears("хочу синий шар!", "Синий шар")
    talk(flows).hears("хочу шар", "Что?")


def test_the_name_of_an_option_is_its_label_where_none_is_given(talk: Any) -> None:
    dialog = talk(
        flow("- ask: Что?\n  save: x\n  options: chat.все\n- say: '{{ x.id }}'"),
        chat={"все": [{"id": 1, "title": "Раз"}, {"id": 2}]},
    )
    dialog.hears("/a", "Что?")
    assert dialog.buttons == ["Раз", "2"]
    dialog.presses("Раз", "1")


def test_options_that_are_no_list_offer_nothing(talk: Any) -> None:
    dialog = talk(flow("- ask: Что?\n  save: x\n  options: chat.все\n  skip: Дальше"))
    dialog.hears("/a", "Что?")
    assert dialog.buttons == ["Дальше"]


MANY = """
flow: а
when: [/a]
steps:
  а:
    - ask: Какие?
      as: many
      save: x
      min: 2
      max: 3
      buttons: [Сыр, Грибы, Лук, Перец]
    - say: "{{ x | join }}"
"""


def test_several_labels_may_be_written_at_once(talk: Any) -> None:
    dialog = talk(MANY).hears("/a", "Какие?")
    dialog.hears("сыр и 3", "Выбрано: Сыр, Лук.").hears("готово", "Сыр, Лук")
    dialog = talk(MANY).hears("/a", "Какие?")
    dialog.hears("сыр, ветчина", "Какие?")


def test_as_many_labels_are_taken_as_the_owner_wants(talk: Any) -> None:
    dialog = talk(MANY).hears("/a", "Какие?").hears("сыр", "Выбрано: Сыр.")
    dialog.hears("готово", "Отметьте ещё: нужно не меньше 2.")
    dialog.hears("грибы, лук, перец", "Можно выбрать не больше 3. Выбрано: Сыр.")
    dialog.hears("грибы, лук", "Выбрано: Сыр, Грибы, Лук.")
    dialog.presses("Перец", "Можно выбрать не больше 3. Выбрано: Сыр, Грибы, Лук.")
    dialog.presses("Лук", "Выбрано: Сыр, Грибы.").presses("Перец", "Выбрано: Сыр, Грибы, Перец.")
    dialog.hears("готово", "Сыр, Грибы, Перец")


def test_a_mark_of_five_may_be_given_in_a_word(talk: Any) -> None:
    question = "flow: а\nwhen: [/a]\nsteps:\n  а:\n    - ask: Оценка?\n      as: rating\n"
    flows = question + "      save: о\n      max: {}\n    - say: '{{{{ о }}}}'\n"
    talk(flows.format(5)).hears("/a", "Оценка?").hears("Отлично!", "5")
    talk(flows.format(10)).hears("/a", "Оценка?").hears("отлично", "Поставьте*от 1 до 10.")


def test_what_is_found_for_one_question_is_not_the_answer_to_another(talk: Any) -> None:
    flows = """
    flow: а
    when: [{contains: [перевод]}]
    steps:
      а:
        - ask: С какого?
          save: один
          as: phone
        - ask: На какой?
          save: два
          as: phone
        - say: "{{ один | phone }} → {{ два | phone }}"
    """
    dialog = talk(flows).hears("перевод с 8 999 123-45-67", "На какой?")
    dialog.hears("8 999 123-45-68", "+7 999 123-45-67 → +7 999 123-45-68")


def test_a_button_may_stand_for_nothing(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: К какому мастеру?
          save: мастер
          buttons: {Аня: аня, Всё равно: null}
        - say: "{{ мастер | default('любой') }}"
    """
    talk(flows).hears("/a", "К какому мастеру?").hears("всё равно", "любой")
    talk(flows).hears("/a", "К какому мастеру?").presses("Аня", "аня")


SERVICES = [
    {"name": "Маникюр", "price": "2 000 ₽"},
    {"name": "Педикюр", "price": "1 500 ₽"},
]


def test_a_choice_of_data_is_found_in_the_message_that_began_the_flow(talk: Any) -> None:
    body = """
        - do: calendar.services
          save: services
        - ask: Что делаем?
          save: service
          options: services
          label: "{{ item.name }} — {{ item.price }}"
          find: yes
        - say: "{{ service.name }}"
        """
    flows = flow(body).replace("when: [/a]", "when: [/a, {contains: хочу на}]")
    actions = {"calendar.services": lambda given: SERVICES}
    talk(flows, actions=actions).hears("хочу на маникюр завтра", "Маникюр")
    talk(flows, actions=actions).hears("хочу на маникюр и педикюр", "Что делаем?")


@pytest.mark.parametrize("answer", ["12", "в 12", "12 часов", "12:00"])
def test_an_hour_beyond_the_count_of_buttons_is_the_label_that_begins_with_it(
    talk: Any, answer: str
) -> None:
    body = """
        - ask: Когда?
          save: x
          buttons: ["11:00", "12:00"]
        - say: "{{ x }}"
        """
    talk(flow(body)).hears("/a", "Когда?").hears(answer, "12:00")


PHOTO = Sent(kind="photo", ref="f:1")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("as: phone", "К этому вопросу вложение не подходит. Нужен номер телефона, *"),
        ("as: text", "К этому вопросу вложение не подходит. Напишите ответ текстом."),
        ("buttons: [Да, Нет]", "К этому вопросу вложение не подходит.\nНу?"),
        ("{as: phone, retry: Номер цифрами.}", "Номер цифрами."),
        ("as: location", "Нужно место на карте. Отправьте геопозицию."),
    ],
)
def test_a_photo_where_words_are_wanted_is_told_so(talk: Any, more: str, said: str) -> None:
    keys = more.strip("{}").split(", ")
    body = "- ask: Ну?\n  save: x\n" + "\n".join(f"  {key}" for key in keys if "[" not in more)
    body += f"  {more}" if "[" in more else ""
    dialog = talk(flow(body)).hears("/a", "Ну?")
    dialog.gets(PHOTO).says(said)


def test_collect_says_how_long_photos_are_waited_for(talk: Any) -> None:
    body = """
        - ask: Фото?
          save: x
          as: photos
          collect: 30s
        - say: "{{ x | len }}"
        """
    dialog = talk(flow(body)).hears("/a", "Фото?")
    dialog.gets(PHOTO).passes("20s").says().gets(PHOTO).passes("30s", "2")


def test_collect_does_not_stand_in_the_way_of_a_single_photo(talk: Any) -> None:
    body = """
        - ask: Фото?
          save: x
          as: photo
          collect: 3s
        - say: "{{ x }}"
        """
    talk(flow(body)).hears("/a", "Фото?").gets(PHOTO).says("f:1")


def test_photos_that_come_late_are_no_failed_answers_to_the_next_question(talk: Any) -> None:
    body = """
        - ask: Фото?
          save: x
          as: photos
        - ask: Телефон?
          save: y
          as: phone
          tries: 2
          else: {say: Зову коллегу.}
        - ask: Имя?
          save: z
        """
    dialog = talk(flow(body)).hears("/a", "Фото?").gets(PHOTO).passes("3s", "Телефон?")
    for _ in range(3):
        dialog.gets(PHOTO).says("К этому вопросу вложение не подходит. Нужен номер телефона*")
    dialog.hears("эм", "Нужен номер*").hears("ну", "Зову коллегу.", "Телефон?")


OPTIONS = """
flow: запись
when: [{contains: [запишите, запись]}]
steps:
  а:
    - set: {услуги: "{{ chat.услуги }}"}
    - ask: На что?
      save: услуга
      options: услуги
      label: "{{ item.name }} — {{ item.price }} ₽"
      find: yes
    - ask: А ещё?
      save: ещё
      options: услуги
      label: "{{ item.name }}"
      find: yes
      skip: Ничего
    - say: "{{ услуга.name }}"
"""
OFFERED = {"услуги": [{"name": "Женская стрижка", "price": 900}, {"name": "Маникюр", "price": 700}]}


def test_an_option_is_found_in_another_form_of_its_word(talk: Any) -> None:
    dialog = talk(OPTIONS, chat=OFFERED)
    dialog.hears("запишите на стрижку завтра", "А ещё?")
    dialog.presses("Ничего", "Женская стрижка")
    assert dialog.play.understood.rung == "button"


def test_two_options_in_a_sentence_are_none(talk: Any) -> None:
    talk(OPTIONS, chat=OFFERED).hears("запишите на стрижку и маникюр", "На что?")


def test_what_is_looked_for_is_looked_for_once_in_a_task(talk: Any) -> None:
    flows = """
    flow: а
    when: [{contains: почта}]
    steps:
      а:
        - ask: Почта?
          save: почта
          as: email
        - set: {почта: null}
      б:
        - call: в
        - if: empty(почта)
          then:
            - call: в
    ---
    flow: в
    steps:
      а:
        - ask: Почта?
          save: почта
          as: email
        - say: "{{ почта }}"
    """
    talk(flows).hears("почта a@b.ru", "Почта?").hears("c@d.ru", "c@d.ru", "Почта?")


def test_a_free_text_is_never_looked_for(talk: Any) -> None:
    flows = """
    flow: а
    when: [{contains: пожалуйста}]
    steps:
      а:
        - ask: Что сделать?
          save: что
          find: yes
    """
    talk(flows).hears("пожалуйста, позвоните", "Что сделать?")
