"""What days, months and spans of time are called in Russian and English."""

import re
from collections.abc import Mapping

DAYS = {
    "сегодня": 0,
    "сегодняшний день": 0,
    "завтра": 1,
    "послезавтра": 2,
    "после завтра": 2,
    "вчера": -1,
    "позавчера": -2,
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "day after tomorrow": 2,
    "yesterday": -1,
    "day before yesterday": -2,
}
WEEKDAYS = {
    word: place
    for place, words in enumerate(
        (
            ("понедельник", "понедельника", "понедельнику", "пн", "monday", "mon"),
            ("вторник", "вторника", "вторнику", "вт", "tuesday", "tue", "tues"),
            ("среда", "среду", "среды", "среде", "ср", "wednesday", "wed"),
            ("четверг", "четверга", "четвергу", "чт", "thursday", "thu", "thurs"),
            ("пятница", "пятницу", "пятницы", "пятнице", "пт", "friday", "fri"),
            ("суббота", "субботу", "субботы", "субботе", "сб", "saturday", "sat"),
            ("воскресенье", "воскресенья", "воскресенью", "воскресение", "вс", "sunday", "sun"),
        )
    )
    for word in words
}
MONTH_STEMS = (
    ("янв", "jan"),
    ("фев", "feb"),
    ("мар", "mar"),
    ("апр", "apr"),
    ("май", "мая", "мае", "may"),
    ("июн", "jun"),
    ("июл", "jul"),
    ("авг", "aug"),
    ("сен", "sep"),
    ("окт", "oct"),
    ("ноя", "nov"),
    ("дек", "dec"),
)
MONTHS = {stem: place for place, stems in enumerate(MONTH_STEMS, 1) for stem in stems}
MONTH_ENDINGS = re.compile(
    r"(?:январ|феврал|март|апрел|июн|июл|август|сентябр|октябр|ноябр|декабр)(?:ь|я|е|а|у|ю|й)?"
    r"|ма[йяею]|янв|фев|мар|апр|авг|сен|сент|окт|ноя|нояб|дек"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
)
SPANS: Mapping[str, int] = {
    **dict.fromkeys(("день", "дня", "дней", "дн", "day", "days", "сутки", "суток"), 1),
    **dict.fromkeys(("неделю", "недели", "недель", "нед", "week", "weeks"), 7),
}
MONTH_SPANS = frozenset({"месяц", "месяца", "месяцев", "мес", "month", "months"})
YEAR_SPANS = frozenset({"год", "года", "лет", "year", "years"})

AROUND = frozenset(
    [
        *(
            "на",
            "в",
            "во",
            "к",
            "ко",
            "числа",
            "число",
            "года",
            "год",
            "г",
            "the",
            "on",
            "of",
            "at",
        ),
        *("давайте", "давай", "можно", "хочу", "пожалуйста", "лучше", "тогда", "наверное", "с"),
        *("please", "for", "ближайший", "ближайшую", "ближайшее", "ближайшая", "запишите", "меня"),
        *("день", "от", "это", "день,", "ну", "а", "ok", "ок", "да", "this", "запиши", "числом"),
    ]
)
NEXT = frozenset({"следующий", "следующую", "следующее", "следующая", "след", "next"})
THIS = frozenset({"этот", "эту", "это", "эта", "этой", "this"})
LAST = frozenset({"прошлый", "прошлую", "прошлое", "прошлая", "last"})

AWAY = frozenset({"через", "спустя", "назад", "in", "ago"})

ORDINAL_STEMS = {
    "перв": 1,
    "втор": 2,
    "трет": 3,
    "четверт": 4,
    "пят": 5,
    "шест": 6,
    "седьм": 7,
    "восьм": 8,
    "девят": 9,
    "десят": 10,
    "одиннадцат": 11,
    "двенадцат": 12,
    "тринадцат": 13,
    "четырнадцат": 14,
    "пятнадцат": 15,
    "шестнадцат": 16,
    "семнадцат": 17,
    "восемнадцат": 18,
    "девятнадцат": 19,
    "двадцат": 20,
    "тридцат": 30,
}
ORDINAL_ENDINGS = frozenset({"ое", "ого", "ому", "ье", "ьего", "ьему"})
