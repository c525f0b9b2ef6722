"""Conversations written once and had on every messenger; what the customer saw lies in `golden/`."""

from tests.conversations.conftest import Town, chat_of
from tests.conversations.customer import Customer
from tests.conversations.everywhere import AsBefore, on_every_messenger
from tests.conversations.side import Side


@on_every_messenger
async def test_text(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("привет")
    await customer.hears("Здравствуйте")
    await customer.says("скажи <b>не жирно</b> & *звёзды* _черта_ 👩‍👩‍👧 конец", copies=3)
    await customer.hears("Говорю")
    await as_before(customer)


@on_every_messenger
async def test_two_buttons(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/two")
    await customer.hears("Куда едем?")
    await customer.chooses("В гости", copies=2)
    await customer.hears("Едем: в гости")
    await as_before(customer)


@on_every_messenger
async def test_four_buttons(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/four")
    await customer.hears("Какое время года?")
    await customer.chooses("Лето")
    await customer.hears("Значит, лето")
    await customer.says("/four")
    await customer.hears("Какое время года?")
    await customer.says("четвёртое")
    await customer.hears("Значит, осень")
    await as_before(customer)


@on_every_messenger
async def test_twelve_buttons(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/all")
    await customer.hears("Какой знак?")
    await customer.chooses("Водолей")
    await customer.hears("Водолей, хорошо")
    await customer.says("/all")
    await customer.hears("Какой знак?")
    await customer.says("рак")
    await customer.hears("Рак, хорошо")
    await as_before(customer)


@on_every_messenger
async def test_a_long_list_by_pages(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/towns")
    await customer.hears("Из какого вы города?")
    await customer.says("кострома")
    await customer.hears("Доставим: Кострома")
    await customer.says("/towns")
    await customer.hears("Из какого вы города?")
    await customer.chooses("Барнаул")
    await customer.hears("Доставим: Барнаул")
    await as_before(customer)


@on_every_messenger
async def test_long_labels(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/labels")
    await customer.hears("Как доставить?")
    await customer.chooses("Курьером до двери с примеркой без подъёма на этаж")
    await customer.hears("Выбрано: Курьером до двери с примеркой без подъёма на этаж")
    await as_before(customer)


@on_every_messenger
async def test_yes_and_no(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/yes")
    await customer.hears("Продолжаем?")
    await customer.chooses("Нет")
    await customer.hears("Остановились")
    await customer.says("/yes")
    await customer.hears("Продолжаем?")
    await customer.says("ага")
    await customer.hears("Продолжаем")
    await as_before(customer)


@on_every_messenger
async def test_many(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/many")
    await customer.hears("Что добавить?")
    await customer.chooses("Лента")
    await customer.hears("✅ Лента")
    await customer.chooses("Открытка")
    await customer.hears("✅ Открытка")
    await customer.chooses("Готово")
    await customer.hears("Добавим: лента, открытка")
    await as_before(customer)


@on_every_messenger
async def test_links(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/links")
    await customer.hears("Ещё ссылки")
    await customer.chooses("Позвонить")
    await customer.hears("Звоните по номеру")
    await as_before(customer)


@on_every_messenger
async def test_an_old_button_says_that_it_is_old(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/two")
    await customer.hears("Куда едем?")
    await customer.says("домой")
    await customer.hears("Едем: домой")
    await customer.chooses("В гости")
    await customer.hears("уже не действует")
    await as_before(customer)


@on_every_messenger
async def test_photo_out(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/photo")
    await customer.hears("Понравилось?")
    await customer.chooses("Не очень")
    await customer.hears("Вам не очень")
    await as_before(customer)


@on_every_messenger
async def test_file_out(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/file")
    await customer.hears("Договор")
    await as_before(customer)


@on_every_messenger
async def test_photo_voice_and_file_in(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/send")
    await customer.hears("Пришлите фото")
    await customer.sends_voice()
    await customer.hears("фото")
    await customer.sends_photos(1, "вот")
    await customer.hears("Ваше фото")
    await customer.hears("Скажите голосом")
    await customer.sends_voice()
    await customer.hears("Пришлите файл")
    await customer.sends_file("чек.pdf")
    await customer.hears("Файл чек.pdf получили")
    await as_before(customer)


@on_every_messenger
async def test_album_out_and_in(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/album")
    await customer.hears("Пришлите свои")
    await customer.sends_photos(3)
    await customer.hears("Получили: 3")
    await as_before(customer)


@on_every_messenger
async def test_location(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/place")
    await customer.hears("Где вы?")
    await customer.sends_place()
    await customer.hears("Широта 55.8")
    await as_before(customer)


@on_every_messenger
async def test_contact(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/phone")
    await customer.hears("Ваш номер?")
    await customer.shares_phone("Отправить номер")
    await customer.hears("Позвоним на +7")
    await as_before(customer)


@on_every_messenger
async def test_cards(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/cards")
    await customer.hears("Ирисы")
    await customer.chooses("Взять маки")
    await customer.hears("Оформляем маки")
    await customer.chooses("Взять пионы")
    await customer.hears("Оформляем пионы")
    await as_before(customer)


@on_every_messenger
async def test_cards_of_one_form(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/carousel")
    await customer.hears("Розы")
    await customer.chooses("Взять лилии")
    await customer.hears("Оформляем лилии")
    await as_before(customer)


@on_every_messenger
async def test_long_text(customer: Customer, as_before: AsBefore) -> None:
    await customer.says("/text")
    await customer.hears("Глава 23.")
    await customer.chooses("Дальше")
    await customer.hears("Здравствуйте")
    assert sum(line.count("Глава") for line in customer.said()) == 23
    await as_before(customer)


@on_every_messenger
async def test_an_answer_is_edited(customer: Customer, side: Side, as_before: AsBefore) -> None:
    await customer.says("/edit")
    await customer.hears("Сколько вам нужно?")
    await customer.says("не знаю")
    await customer.hears("число")
    await customer.changes("3")
    await customer.hears("Отложили 3 шт.")
    await customer.hears("На чьё имя?")
    await customer.says("Ольга")
    await customer.hears("Готово, Ольга")
    await as_before(customer)


@on_every_messenger
async def test_a_slow_action_shows_typing(
    customer: Customer, side: Side, as_before: AsBefore
) -> None:
    await customer.says("/slow")
    await customer.hears("Сейчас посмотрю")
    await customer.sees(lambda: side.typed(customer.bot, customer.chat), "typing")
    await customer.hears("Нашлось: три букета")
    await as_before(customer)


@on_every_messenger
async def test_a_deep_link(customer: Customer, as_before: AsBefore) -> None:
    await customer.opens("promo")
    await customer.hears("Здравствуйте")
    await as_before(customer)


@on_every_messenger
async def test_a_reaction(customer: Customer, side: Side, as_before: AsBefore) -> None:
    await customer.says("привет")
    await customer.hears("Здравствуйте")
    if side.reactions:
        await customer.reacts("👍")
        await customer.hears("Спасибо за 👍")
        await customer.reacts("")
        await customer.hears("Отметка снята")
    await as_before(customer)


@on_every_messenger
async def test_blocked_and_back(
    customer: Customer, town: Town, side: Side, as_before: AsBefore
) -> None:
    await customer.says("/two")
    await customer.hears("Куда едем?")
    await customer.blocks()
    await side.settled()
    told = await town.server.asked(
        "POST",
        "/api/v1/messaging/send",
        {"platform": side.name, "chat_id": side.id_of(customer.chat), "text": "Вы где?"},
    )
    assert told[0] in (200, 409), told
    await customer.says("в гости")
    await customer.hears("Едем: в гости")
    await as_before(customer)


@on_every_messenger
async def test_throttling(customer: Customer, side: Side, as_before: AsBefore) -> None:
    side.throttle(customer.bot, customer.chat)
    await customer.says("/order")
    await customer.hears("Пятое")
    await as_before(customer)


@on_every_messenger
async def test_a_short_outage(customer: Customer, side: Side, as_before: AsBefore) -> None:
    side.break_down(customer.bot, customer.chat)
    await customer.says("/order")
    await customer.hears("Пятое")
    await as_before(customer)


@on_every_messenger
async def test_a_colleague_answers_in_the_messenger(
    customer: Customer, side: Side, as_before: AsBefore
) -> None:
    await customer.says("/two")
    await customer.hears("Куда едем?")
    if side.colleagues:
        side.colleague_says(customer.bot, customer.chat, "Добрый день, это Пётр")
        await customer.sees(lambda: "Пётр" in customer.screen(), "a colleague")
        await side.settled()
        await customer.says("Здравствуйте, Пётр")
        await side.settled()
    await as_before(customer)


@on_every_messenger
async def test_a_message_of_the_api_with_buttons(
    customer: Customer, town: Town, side: Side, as_before: AsBefore
) -> None:
    await customer.says("/two")
    await customer.hears("Куда едем?")
    status, told = await town.server.asked(
        "POST",
        "/api/v1/messaging/send",
        {
            "platform": side.name,
            "chat_id": side.id_of(customer.chat),
            "text": "Пишет оператор",
            "inline_keyboard": {
                "buttons": [
                    [{"text": "Домой", "callback_data": "home"}],
                    [{"text": "Сайт", "url": "https://example.com"}],
                ]
            },
        },
    )
    assert status == 200, told
    assert told["delivery_status"] == "sent"
    assert told["platform_message_id"]
    await customer.hears("Пишет оператор")
    await as_before(customer)


@on_every_messenger
async def test_many_chats_at_once_each_in_order(town: Town, side: Side) -> None:
    people = [
        Customer(side, "showcase", chat_of(f"crowd {place}"), town.idle) for place in range(20)
    ]
    for person in people:
        for words in ("/order", "скажи раз", "скажи два"):
            side.says(person.bot, person.chat, words)
    for person in people:
        await person.hears("скажи два")
        said = [line for line in person.said() if line.startswith("bot")]
        numbers = ("Первое", "Второе", "Третье", "Четвёртое", "Пятое")
        expected = [*numbers, "Говорю: скажи раз", "Говорю: скажи два"]
        assert said == [f"bot: {words}" for words in expected]
    await side.settled()
    assert list(side.wrongs()) == []
