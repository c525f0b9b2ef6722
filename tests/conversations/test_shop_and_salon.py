"""Both example bots played to the end on every messenger."""

import re
from functools import partial

from tests.conversations.conftest import SIDES, Town
from tests.conversations.customer import Customer
from tests.conversations.everywhere import AsBefore, Met, on_every_messenger
from tests.conversations.side import Side

MONTHS = "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"

PREFIXES = {"whatsapp": "+7900", "telegram": "+7901", "vk": "+7902", "max": "+7903"}


def without_days(screen: str) -> str:
    screen = re.sub(rf"\d+ (?:{MONTHS})", "‹день›", screen)
    # Where a quotation is cut depends on how long the day's name is.
    screen = re.sub(r"‹день›[^»\n]*…»", "‹день›…»", screen)
    return re.sub(r"В-\d+", "В-‹номер›", screen)


played = partial(on_every_messenger, seen=without_days)


def phone_of(customer: Customer) -> str:
    """Another one on each messenger: a visit is found by it. On WhatsApp it is the one that writes."""
    return f"{PREFIXES[customer.side.name]}{customer.chat:07}"


def free_day(side: Side) -> str:
    """A day nobody has booked on another messenger: the calendar is one."""
    days = 2 + list(SIDES).index(side.name)
    return f"через {days} {'дня' if days < 5 else 'дней'}"


@played
async def test_shop_where_is_my_order(meet: Met, as_before: AsBefore) -> None:
    ivan = meet("shop")
    await ivan.says("Привет! Где мой заказ №12345?")
    await ivan.hears("находится в пути")
    await ivan.says("спасибо")
    await ivan.hears("Всегда пожалуйста")
    await as_before(ivan)


@played
async def test_shop_return_by_buttons(meet: Met, as_before: AsBefore) -> None:
    anna = meet("shop")
    await anna.says("/start")
    await anna.hears("Чем помочь?")
    await anna.chooses("↩️ Оформить возврат")
    await anna.hears("Какой заказ возвращаем?")
    await anna.says("12")
    await anna.hears("5–8 цифр")
    await anna.says("№ 12344")
    await anna.hears("Что случилось?")
    await anna.chooses("Брак")
    await anna.hears("Пришлите фото")
    await anna.says("зачем?")
    await anna.hears("По фото склад решает быстрее")
    await anna.hears("Пришлите фото")
    await anna.sends_photos(2)
    await anna.hears("По какому номеру")
    await anna.shares_phone("Отправить мой номер", phone_of(anna))
    await anna.hears("Всё верно?")
    await anna.chooses("✏️ Исправить причину")
    await anna.hears("Что случилось?")
    await anna.chooses("Не тот товар")
    await anna.hears("Всё верно?")
    await anna.chooses("✅ Отправить")
    await anna.hears("Готово! Заявка")
    await anna.hears("Оцените, пожалуйста")
    await anna.says("5")
    await anna.hears("Вы помогаете нам стать лучше")
    await as_before(anna)


@played
async def test_shop_return_by_words(meet: Met, as_before: AsBefore) -> None:
    oleg = meet("shop")
    await oleg.says("возврат 12344")
    await oleg.hears("Что случилось?")
    await oleg.says("не подошёл размер")
    await oleg.hears("По какому номеру")
    await oleg.says("8 (999) 765-43-21")
    await oleg.hears("Всё верно?")
    await oleg.says("нет")
    await oleg.hears("Возврат не оформлен")
    await as_before(oleg)


@played
async def test_shop_question_and_a_person(
    meet: Met, town: Town, side: Side, as_before: AsBefore
) -> None:
    olga = meet("shop")
    await olga.says("сколько стоит доставка?")
    await olga.hears("Это помогло?")
    await olga.chooses("Нет")
    await olga.hears("Позвать оператора?")
    await olga.chooses("Да")
    await olga.hears("Зову коллегу")
    await olga.says("алло")
    await side.settled()
    status, told = await town.server.asked(
        "POST",
        "/api/v1/messaging/send",
        {"platform": side.name, "chat_id": side.id_of(olga.chat), "text": "Здравствуйте, я Пётр"},
    )
    assert (status, told["success"]) == (200, True), told
    await olga.hears("Здравствуйте, я Пётр")
    await olga.says("спасибо, Пётр")
    await side.settled()
    await as_before(olga)


@played
async def test_salon_booked_and_cancelled(meet: Met, side: Side, as_before: AsBefore) -> None:
    masha = meet("salon")
    await masha.says("/start")
    await masha.hears("Чем помочь?")
    await masha.chooses("💅 Записаться")
    await masha.hears("На что вас записать?")
    await masha.says("маникюр")
    await masha.hears("На какой день?")
    await masha.says("вчера")
    await masha.hears("Этот день уже прошёл")
    await masha.says(free_day(side))
    await masha.hears("Свободное время")
    await masha.chooses("11:30")
    await masha.hears("Как вас зовут?")
    await masha.says("Маша")
    await masha.hears("Оставьте телефон")
    await masha.shares_phone("Отправить мой номер", phone_of(masha))
    await masha.hears("Записываю?")
    await masha.chooses("✅ Да")
    await masha.hears("Записала вас")
    await masha.says("/my")
    await masha.hears("Маникюр")
    await masha.chooses("Отменить")
    await masha.hears("Отменила")
    await masha.says("/my")
    await masha.hears("Записей пока нет")
    await as_before(masha)
