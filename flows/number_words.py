"""What numbers are called in Russian, English and Uzbek, in the cases people put them in."""

from collections.abc import Mapping


def _numbered(words: str, first: int, step: int = 1) -> dict[str, int]:
    """Words that go up by `step`; the spellings and cases of one number stand with strokes between."""
    return {
        spelling: first + place * step
        for place, word in enumerate(words.split())
        for spelling in word.split("/")
    }


_RUSSIAN: Mapping[str, int] = {
    **_numbered(
        "ноль/нуль/ноля/нуля один/одна/одну/одно/одного/одной/одному два/две/двух/двум/двое/двоих"
        " три/трех/трем/трое/троих четыре/четырех/четырем/четверо/четверых пять/пяти/пятеро/пятерых"
        " шесть/шести/шестеро/шестерых семь/семи/семеро/семерых восемь/восьми/восьмеро девять/девяти"
        " десять/десяти одиннадцать/одиннадцати двенадцать/двенадцати тринадцать/тринадцати"
        " четырнадцать/четырнадцати пятнадцать/пятнадцати шестнадцать/шестнадцати"
        " семнадцать/семнадцати восемнадцать/восемнадцати девятнадцать/девятнадцати",
        0,
    ),
    **_numbered(
        "двадцать/двадцати тридцать/тридцати сорок/сорока пятьдесят/пятидесяти"
        " шестьдесят/шестидесяти семьдесят/семидесяти восемьдесят/восьмидесяти девяносто/девяноста",
        20,
        10,
    ),
    **_numbered(
        "сто/ста двести/двухсот триста/трехсот четыреста/четырехсот пятьсот/пятисот"
        " шестьсот/шестисот семьсот/семисот восемьсот/восьмисот девятьсот/девятисот",
        100,
        100,
    ),
    **_numbered("вдвоем втроем вчетвером впятером вшестером", 2),
    "пара": 2,
    "пару": 2,
    "парочку": 2,
}
_ENGLISH: Mapping[str, int] = {
    **_numbered(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
        " fifteen sixteen seventeen eighteen nineteen",
        0,
    ),
    **_numbered("twenty thirty forty/fourty fifty sixty seventy eighty ninety", 20, 10),
    "couple": 2,
}
UZBEK: Mapping[str, int] = {
    **_numbered("nol bir/bitta ikki/ikkita uch/uchta to'rt/to'rtta besh/beshta olti/oltita", 0),
    **_numbered("yetti/yettita sakkiz/sakkizta to'qqiz/to'qqizta o'n/o'nta", 7),
    **_numbered("yigirma o'ttiz qirq ellik oltmish yetmish sakson to'qson", 20, 10),
}
WORDS: Mapping[str, int] = {**_RUSSIAN, **_ENGLISH, **UZBEK}

SMALL_SCALES: Mapping[str, int] = {
    **dict.fromkeys(("десяток", "десятка", "десятков", "десяточек"), 10),
    **dict.fromkeys(("дюжина", "дюжину", "дюжины", "дюжин", "dozen", "dozens"), 12),
    **dict.fromkeys(("сотня", "сотню", "сотни", "сотен", "hundred", "hundreds", "yuz"), 100),
}
"""Sizes that a thousand may follow: `две сотни тысяч`, `two hundred thousand`."""
SCALES: Mapping[str, int] = {
    **dict.fromkeys(("тысяча", "тысячи", "тысяч", "тысячу", "тыс", "тыщ", "тыща", "тыщу"), 1000),
    **dict.fromkeys(("thousand", "thousands", "ming", "косарь", "косаря", "косарей"), 1000),
    **dict.fromkeys(("миллион", "миллиона", "миллионов", "млн", "лям", "million"), 1_000_000),
    **dict.fromkeys(("миллиард", "миллиарда", "миллиардов", "млрд", "billion"), 1_000_000_000),
}
SHORT_SCALES: Mapping[str, int] = {"к": 1000, "k": 1000, "кк": 1_000_000, "m": 1_000_000}
"""Signs that mean a size only right behind digits: `2к`; `к` alone is a preposition."""

HALVES: Mapping[str, float] = {
    "полтора": 1.5,
    "полторы": 1.5,
    "полутора": 1.5,
    "пол": 0.5,
    "половина": 0.5,
    "половину": 0.5,
    "половинку": 0.5,
    "half": 0.5,
    "yarim": 0.5,
}
HALF_OF: Mapping[str, float] = {
    "полтысячи": 500,
    "полмиллиона": 500_000,
    "полсотни": 50,
    "полдюжины": 6,
    "полляма": 500_000,
}
AND_A_HALF: Mapping[tuple[str, ...], float] = {
    ("с", "половиной"): 0.5,
    ("с", "половинкой"): 0.5,
    ("и", "половина"): 0.5,
    ("с", "четвертью"): 0.25,
    ("and", "a", "half"): 0.5,
    ("and", "half"): 0.5,
    ("and", "a", "quarter"): 0.25,
}
PARTS_OF_ONE: Mapping[str, float] = {
    **dict.fromkeys(("десятая", "десятых", "десятые"), 0.1),
    **dict.fromkeys(("сотая", "сотых", "сотые"), 0.01),
}
MINUS = frozenset({"минус", "minus"})
WHOLES = frozenset({"целых", "целая", "целые", "целых и"})
