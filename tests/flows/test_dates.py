"""Days, times and moments as people write them on Monday, 2 March 2026, at ten in Moscow."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from flows.answers import BASE_TYPES, Fit
from flows.env import Env

MOSCOW = ZoneInfo("Europe/Moscow")
ENV = Env("ru", MOSCOW, datetime(2026, 3, 2, 7, 0, tzinfo=UTC))
ENGLISH = Env("en", MOSCOW, ENV.now)


def taken(kind: str, text: str, env: Env = ENV) -> object:
    outcome = BASE_TYPES[kind].parse(text, (), env)
    return outcome.value if isinstance(outcome, Fit) else None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("сегодня", "2026-03-02"),
        ("Завтра!", "2026-03-03"),
        ("на завтра", "2026-03-03"),
        ("послезавтра", "2026-03-04"),
        ("вчера", "2026-03-01"),
        ("в пятницу", "2026-03-06"),
        ("пт", "2026-03-06"),
        ("давайте в субботу", "2026-03-07"),
        ("в понедельник", "2026-03-09"),
        ("в этот понедельник", "2026-03-02"),
        ("в следующую пятницу", "2026-03-13"),
        ("в прошлую пятницу", "2026-02-27"),
        ("в пятницу 20 марта", "2026-03-20"),
        ("понедельник, 9-ое марта 2026", "2026-03-09"),
        ("на следующей неделе", None),
        ("15.03", "2026-03-15"),
        ("15.01", "2026-01-15"),
        ("15/03", "2026-03-15"),
        ("5.3.26", "2026-03-05"),
        ("15.01.2027", "2027-01-15"),
        ("2026-03-05", "2026-03-05"),
        ("15 января", "2026-01-15"),
        ("1 ноября", "2026-11-01"),
        ("15-го марта", "2026-03-15"),
        ("15 янв 2027", "2027-01-15"),
        ("20 марта 2027 года", "2027-03-20"),
        ("первое мая", "2026-05-01"),
        ("двадцать первого марта", "2026-03-21"),
        ("29 февраля", "2028-02-29"),
        ("15 числа", "2026-03-15"),
        ("на 1-е", "2026-04-01"),
        ("через 3 дня", "2026-03-05"),
        ("через день", "2026-03-03"),
        ("через неделю", "2026-03-09"),
        ("через две недели", "2026-03-16"),
        ("через месяц", "2026-04-02"),
        ("3 дня назад", "2026-02-27"),
        ("завтра в 15:00", "2026-03-03"),
        ("завтра утром", "2026-03-03"),
        ("утром в пятницу", "2026-03-06"),
        ("завтра утром в 10", "2026-03-03"),
        ("завтра днём", "2026-03-03"),
        ("завтра после обеда", "2026-03-03"),
        ("послезавтра во второй половине дня", "2026-03-04"),
        ("15 марта ближе к вечеру", "2026-03-15"),
        ("вечером", None),
        ("5", None),
        ("12345", None),
        ("30.02", None),
        ("15.13", None),
        ("привет", None),
        ("не знаю", None),
        ("может быть", None),
        ("позовите оператора", None),
        ("14:30", None),
    ],
)
def test_a_day_is_understood_as_russians_write_it(text: str, day: str | None) -> None:
    assert taken("date", text) == (day and date.fromisoformat(day))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", "2026-03-03"),
        ("on Friday", "2026-03-06"),
        ("next Friday", "2026-03-13"),
        ("March 15", "2026-03-15"),
        ("15th of March", "2026-03-15"),
        ("Jan 15th, 2027", "2027-01-15"),
        ("3/15", "2026-03-15"),
        ("in 3 days", "2026-03-05"),
        ("in a week", "2026-03-09"),
        ("two days ago", "2026-02-28"),
        ("hello", None),
    ],
)
def test_a_day_is_understood_as_the_english_write_it(text: str, day: str | None) -> None:
    assert taken("date", text, ENGLISH) == (day and date.fromisoformat(day))


def test_the_day_is_that_of_the_bots_zone() -> None:
    late = Env("ru", ZoneInfo("Asia/Yekaterinburg"), datetime(2026, 3, 2, 20, 0, tzinfo=UTC))
    assert taken("date", "завтра", late) == date(2026, 3, 4)


def test_days_of_other_languages_are_left_to_a_library_that_is_told_the_present_day() -> None:
    german = Env("de", MOSCOW, ENV.now)
    assert taken("date", "übermorgen", german) == date(2026, 3, 4)
    assert taken("date", "ich weiß nicht", german) is None
    assert taken("date", "übermorgen", Env("xx", MOSCOW, ENV.now)) is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("14:30", "14:30"),
        ("14.30", "14:30"),
        ("14-30", "14:30"),
        ("1430", "14:30"),
        ("в 14:30", "14:30"),
        ("14", "14:00"),
        ("9", "09:00"),
        ("14 часов", "14:00"),
        ("14 ч 30 мин", "14:30"),
        ("в 9 утра", "09:00"),
        ("в 2 часа дня", "14:00"),
        ("7 вечера", "19:00"),
        ("вечером в 7", "19:00"),
        ("в 2 ночи", "02:00"),
        ("в 11 ночи", "23:00"),
        ("в 12 ночи", "00:00"),
        ("полдень", "12:00"),
        ("в три", "15:00"),
        ("в 3", "15:00"),
        ("3:00", "03:00"),
        ("в час дня", "13:00"),
        ("половина третьего", "14:30"),
        ("пол одиннадцатого", "10:30"),
        ("без пятнадцати три", "14:45"),
        ("half past seven", "07:30"),
        ("at a quarter to five", "16:45"),
        ("ten past eight in the evening", "20:10"),
        ("2:30 pm", "14:30"),
        ("at 2pm", "14:00"),
        ("25:00", None),
        ("14:60", None),
        ("утром", None),
        ("привет", None),
    ],
)
def test_a_time_is_understood_in_digits_and_in_words(text: str, clock: str | None) -> None:
    assert taken("time", text) == (clock and time.fromisoformat(clock))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("завтра в 14:30", "2026-03-03T14:30"),
        ("2 марта в 14:30", "2026-03-02T14:30"),
        ("в пятницу в 7 вечера", "2026-03-06T19:00"),
        ("в 10 утра послезавтра", "2026-03-04T10:00"),
        ("5 марта в 10", "2026-03-05T10:00"),
        ("15.03 14:30", "2026-03-15T14:30"),
        ("завтра 15", "2026-03-03T15:00"),
        ("завтра в три", "2026-03-03T15:00"),
        ("сегодня в полдень", "2026-03-02T12:00"),
        ("14:30", "2026-03-02T14:30"),
        ("09:00", "2026-03-03T09:00"),
        ("через 2 часа", "2026-03-02T12:00"),
        ("через полчаса", "2026-03-02T10:30"),
        ("2026-03-05T10:00", "2026-03-05T10:00"),
        ("завтра", None),
        ("привет", None),
    ],
)
def test_a_moment_is_a_day_and_a_time_of_the_bots_zone(text: str, moment: str | None) -> None:
    expected = moment and datetime.fromisoformat(moment).replace(tzinfo=MOSCOW)
    assert taken("date_time", text) == expected


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("date", "запишите на завтра на стрижку", date(2026, 3, 3)),
        ("date", "можно 15 марта?", date(2026, 3, 15)),
        ("date", "завтра или послезавтра", None),
        ("date", "хочу 5 штук", None),
        ("time", "хочу в 14:30 на стрижку", time(14, 30)),
        ("time", "мне 25 лет", None),
        (
            "date_time",
            "запишите завтра в 14:30 на стрижку",
            datetime(2026, 3, 3, 14, 30, tzinfo=MOSCOW),
        ),
        (
            "date_time",
            "запишите через 3 дня в 15:00",
            datetime(2026, 3, 5, 15, 0, tzinfo=MOSCOW),
        ),
        ("date_time", "запишите завтра в 5 или в 6", None),
        ("date_time", "запишите завтра", None),
    ],
)
def test_a_day_and_a_time_are_found_in_a_sentence(kind: str, text: str, value: object) -> None:
    assert BASE_TYPES[kind].find(text, ENV) == value
