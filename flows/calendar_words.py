"""What days, months and spans of time are called in Russian, English and Uzbek."""

import re
from collections.abc import Mapping

DAYS: Mapping[str, int] = {
    **dict.fromkeys(("сегодня", "седня", "сегодне", "сегодняшний", "today", "bugun"), 0),
    **dict.fromkeys(("tonight", "this evening", "this afternoon", "this morning"), 0),
    **dict.fromkeys(("завтра", "завтро", "зафтра", "завтрашний", "завтрашнего", "ertaga"), 1),
    **dict.fromkeys(("tomorrow", "tommorow", "tomorow", "tmrw", "tmr"), 1),
    **dict.fromkeys(("послезавтра", "после завтра", "day after tomorrow", "indinga", "indin"), 2),
    **dict.fromkeys(("послепослезавтра", "после послезавтра"), 3),
    **dict.fromkeys(("вчера", "вчерашний", "yesterday", "kecha"), -1),
    **dict.fromkeys(("позавчера", "day before yesterday"), -2),
}
WEEKDAYS: Mapping[str, int] = {
    word: place
    for place, words in enumerate(
        (
            "понедельник понедельника понедельнику пн пон пнд monday mon dushanba",
            "вторник вторника вторнику вт втр tuesday tue tues seshanba",
            "среда среду среды среде ср срд wednesday wed chorshanba",
            "четверг четверга четвергу чт четв чтв thursday thu thur thurs payshanba",
            "пятница пятницу пятницы пятнице пт птн пятн friday fri juma",
            "суббота субботу субботы субботе сб суб субота суботу saturday sat shanba",
            "воскресенье воскресенья воскресенью воскресение вс вск воскр sunday sun yakshanba",
        )
    )
    for word in words.split()
}
MONTHS: Mapping[str, int] = {
    stem: place
    for place, stems in enumerate(
        (
            *("янв jan yanv", "фев feb fevr", "мар mar", "апр apr", "май мая мае маю may"),
            *("июн jun iyun", "июл jul iyul", "авг aug avg", "сен sep sen", "окт oct okt"),
            *("ноя nov noy", "дек dec dek"),
        ),
        1,
    )
    for stem in stems.split()
}
"""By the first three or four letters."""
MONTH_NAME = re.compile(
    r"(?:январ|феврал|март|апрел|июн|июл|август|сентябр|октябр|ноябр|декабр)(?:ь|я|е|а|у|ю|й)?"
    r"|ма[йяею]|янв|фев|мар|апр|авг|сен|сент|окт|ноя|нояб|дек"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
    r"|(?:yanvar|fevral|mart|aprel|may|iyun|iyul|avgust|sentabr|sentyabr|oktabr|oktyabr|noyabr"
    r"|dekabr)(?:da|ga|ning)?"
)
SPANS: Mapping[str, int] = {
    **dict.fromkeys(("день", "дня", "дней", "дн", "day", "days", "сутки", "суток"), 1),
    **dict.fromkeys(("денек", "денька", "деньков", "kun", "kundan"), 1),
    **dict.fromkeys(("неделю", "недели", "недель", "нед", "week", "weeks", "недельку"), 7),
    **dict.fromkeys(("hafta", "haftadan"), 7),
    **dict.fromkeys(("fortnight", "fortnights"), 14),
}
MONTH_SPANS = frozenset(
    {"месяц", "месяца", "месяцев", "мес", "месяцок", "month", "months", "oy", "oydan"}
)
YEAR_SPANS = frozenset({"год", "года", "лет", "year", "years", "yil", "yildan"})

AROUND = frozenset(
    [
        *("на", "в", "во", "к", "ко", "числа", "число", "числом", "года", "год", "г", "от", "с"),
        *("давайте", "давай", "можно", "хочу", "пожалуйста", "лучше", "тогда", "наверное", "день"),
        *("ближайший", "ближайшую", "ближайшее", "ближайшая", "ближайшей", "запишите", "запиши"),
        *("меня", "это", "ну", "а", "да", "хотел", "хотела", "хотелось", "бы", "я", "мне", "нам"),
        *("удобно", "удобнее", "если", "скажем", "думаю", "пусть", "будет", "попробуем", "может"),
        *(
            "же",
            "хоть",
            "быть",
            "тоже",
            "прямо",
            "уже",
            "только",
            "ок",
            "хорошо",
            "подойдет",
            "устроит",
            "мы",
        ),
        *("the", "on", "of", "at", "please", "for", "ok", "this", "i", "would", "like", "to"),
        *("maybe", "perhaps", "let's", "how", "about", "i'd", "it", "is", "works", "best", "me"),
        *("coming", "upcoming", "kuni", "kun", "sanasi", "iltimos", "shu", "yil", "yili"),
    ]
)
NEXT = frozenset(
    [
        *("следующий", "следующую", "следующее", "следующая", "следующей", "следующего", "след"),
        *("next", "keyingi", "kelasi"),
    ]
)
THIS = frozenset({"этот", "эту", "это", "эта", "этой", "этого", "this", "shu"})
LAST = frozenset(
    [
        *("прошлый", "прошлую", "прошлое", "прошлая", "прошлой", "прошлого", "last"),
        *("o'tgan", "предыдущий", "предыдущую"),
    ]
)
YEARS_OFF: Mapping[str, int] = {
    **dict.fromkeys(("прошлого", "прошлом", "last", "o'tgan"), -1),
    **dict.fromkeys(("этого", "этом", "текущего", "this"), 0),
    **dict.fromkeys(("следующего", "следующем", "будущего", "next", "keyingi"), 1),
}

AWAY_BEFORE = frozenset({"через", "спустя", "in"})
AWAY_BEHIND = frozenset({"keyin", "so'ng", "from now", "спустя", "later"})
AGO = frozenset({"назад", "ago", "oldin", "avval"})

ORDINALS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            *("перв first", "втор second", "трет third", "четверт fourth", "пят fifth"),
            *("шест sixth", "седьм seventh", "восьм eighth", "девят ninth", "десят tenth"),
            *("одиннадцат eleventh", "двенадцат twelfth", "тринадцат thirteenth"),
            *("четырнадцат fourteenth", "пятнадцат fifteenth", "шестнадцат sixteenth"),
            *("семнадцат seventeenth", "восемнадцат eighteenth", "девятнадцат nineteenth"),
        ),
        1,
    )
    for word in words.split()
} | {"двадцат": 20, "twentieth": 20, "тридцат": 30, "thirtieth": 30}
"""Russian stems and English words of the days of a month."""
ORDINAL_ENDINGS = frozenset({"ое", "ого", "ому", "ом", "ье", "ьего", "ьему", "ьем"})
TENS: Mapping[str, int] = {"двадцать": 20, "тридцать": 30, "twenty": 20, "thirty": 30}

WEEKEND = re.compile(r"выходн|weekend|dam olish|уикенд|викенд")
SOME_TIME = re.compile(
    r"недел|week|месяц|month|hafta|\boy\b|на днях|скоро|позже|поскорее|как можно|asap|soon|later"
    r"|любой|любое|все равно|any"
)
"""Words of a span of days, from which one has to be picked."""
