"""Answers as people write them: what each type takes, refuses and finds in a sentence."""

from collections.abc import Sequence
from datetime import UTC, datetime
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.answers import BASE_TYPES, AnswerType, Fit, Misfit, answer_type, narrowed
from flows.attachments import named
from flows.english import english
from flows.env import Env
from flows.patterns import compiled
from flows.phrases import SPOKEN
from flows.reasons import REASONS
from flows.turn import MediaKind, Sent

ENV = Env("ru", ZoneInfo("Europe/Moscow"), datetime(2026, 3, 2, 7, 0, tzinfo=UTC))
ENGLISH = Env("en", ENV.timezone, ENV.now)
ORDER = answer_type("номер_заказа", base="text", clean="digits", matches=r"\d{5,8}")


def taken(kind: AnswerType | str, text: str, attached: Sequence[Sent] = (), env: Env = ENV) -> Any:
    """The value of an answer, or None where it does not fit."""
    kind = BASE_TYPES[kind] if isinstance(kind, str) else kind
    outcome = kind.parse(text, attached, env)
    return outcome.value if isinstance(outcome, Fit) else None


def reason(kind: AnswerType, text: str, env: Env = ENV) -> str:
    outcome = kind.parse(text, (), env)
    assert isinstance(outcome, Misfit)
    return outcome.reason


# ---------------------------------------------------------------- order numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12345", "12345"),
        ("12 34-56 78", "12345678"),
        ("№ 12345", "12345"),
        ("№12345.", "12345"),
        ("заказ 12345", "12345"),
        ("мой заказ 12-345-67 вот", "1234567"),
        ("Где мой заказ №12345?", "12345"),
        ("12345 или 12345?", "12345"),
        ("1234", None),
        ("123456789", None),
        ("у меня 2 заказа 123 и 456", None),
        ("хочу вернуть 12345 и 54321", None),
        ("не помню", None),
        ("", None),
    ],
)
def test_an_order_number_is_read_through_spaces_dashes_and_words(
    text: str, value: str | None
) -> None:
    assert taken(ORDER, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Где мой заказ №12345?", "12345"),
        ("Где мой заказ N12345?", "12345"),
        ("заказ 12 34-56 78 едет?", "12345678"),
        ("заказ №12345 от 15.01.2026", "12345"),
        ("12345 и 54321", None),
        ("хочу вернуть товар, брак", None),
        ("купил за 15000 руб", None),
        ("скидка 10000 ₽", None),
        ("мой тел 8 999 123-45-67", None),
        ("звоните +79991234567", None),
        ("почта ann12345@mail.ru", None),
        ("https://shop.ru/12345", None),
        ("15.01.2026", None),
    ],
)
def test_an_order_number_is_found_in_a_sentence_only_if_there_is_one(
    text: str, value: str | None
) -> None:
    assert ORDER.find(text, ENV) == value


# ---------------------------------------------------------------- yes and no


@pytest.mark.parametrize(
    "text",
    [
        "да",
        "Да!",
        "ага",
        "угу",
        "конечно",
        "ok",
        "ОК",
        "ок",
        "yes",
        "Yep",
        "👍",
        "👍🏻",
        "✅",
        "+",
        "ну да",
        "да, всё верно",
        "да, спасибо",
        "давайте",
        "верно",
        "всё хорошо",
        "да конечно",
        "lf",
        "of course",
        "помогло",
        "хочу",
        "приду",
        "all right",
    ],
)
def test_all_these_mean_yes(text: str) -> None:
    assert taken("yes_no", text) is True


@pytest.mark.parametrize(
    "text",
    [
        "нет",
        "Нет.",
        "не-а",
        "неа",
        "no",
        "nope",
        "👎",
        "❌",
        "-",
        "не верно",
        "неверно",
        "не всё верно",
        "нет, спасибо",
        "не надо",
        "не хочу",
        "ytn",
        "не помогло",
        "нет конечно",
        "ни в коем случае",
        "не приду",
        "пока нет",
    ],
)
def test_all_these_mean_no(text: str) -> None:
    assert taken("yes_no", text) is False


@pytest.mark.parametrize(
    "text",
    [
        "да нет",
        "а зачем?",
        "не знаю",
        "хочу вернуть",
        "хз",
        "оператор",
        "5",
        "🙂",
        "👍👎",
        "где мой заказ",
        "",
    ],
)
def test_these_mean_neither(text: str) -> None:
    assert reason(BASE_TYPES["yes_no"], text) == "Ответьте, пожалуйста, «да» или «нет»."


# ---------------------------------------------------------------- telephone, e-mail, link


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8 (999) 123-45-67", "+79991234567"),
        ("+7 999 123 45 67", "+79991234567"),
        ("89991234567", "+79991234567"),
        ("9991234567", "+79991234567"),
        ("7 999 1234567", "+79991234567"),
        ("+8 999 123-45-67", "+79991234567"),
        ("мой номер 8-999-123-45-67, звоните", "+79991234567"),
        ("8 800 555-35-35", "+78005553535"),
        ("8 495 123‑45‑67", "+74951234567"),
        ("+998 90 123 45 67", "+998901234567"),
        ("00 375 29 123-45-67", "+375291234567"),
        ("8 999 123-45-67 или +7 999 1234567", "+79991234567"),
        ("+79991234567 и +79997654321", None),
        ("8 999 123 45 6", None),
        ("4276 1234 1234 1234", None),
        ("12345", None),
        ("+123", None),
        ("не дам", None),
    ],
)
def test_a_telephone_number_is_read_in_any_writing(text: str, value: str | None) -> None:
    assert taken("phone", text) == value


@pytest.mark.parametrize(
    ("shared", "value"),
    [
        ("79991234567", "+79991234567"),
        ("+79991234567", "+79991234567"),
        ("998901234567", "+998901234567"),
        ("+1 650-253-0000", "+16502530000"),
        ("нет", None),
        (None, None),
    ],
)
def test_a_shared_contact_is_a_telephone_number(shared: object, value: str | None) -> None:
    contact = Sent(kind="contact", details={"phone": shared, "own": True})
    assert taken("phone", "", [contact]) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ann@mail.ru", "ann@mail.ru"),
        ("Моя почта: Ann.B+shop@Mail.RU.", "Ann.B+shop@mail.ru"),
        ("<ann@mail.ru>", "ann@mail.ru"),
        ("иван@почта.рф", "иван@почта.рф"),
        ("ann@mail", None),
        ("ann..b@mail.ru", None),
        ("a@b@c.ru", None),
        ("ann@mail.ru и bob@mail.ru", None),
        ("нет почты", None),
    ],
)
def test_an_e_mail_address_is_taken_out_of_its_sentence(text: str, value: str | None) -> None:
    assert taken("email", text) == value
    assert BASE_TYPES["email"].find(text, ENV) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("https://Ya.ru/x?y=1#z", "https://ya.ru/x?y=1#z"),
        ("ya.ru", "https://ya.ru"),
        ("смотрите www.ya.ru/привет.", "https://www.ya.ru/привет"),
        ("(http://10.shop.by:8080/a)", "http://10.shop.by:8080/a"),
        ("т.е. так", None),
        ("привет.как дела", None),
        ("ftp://x.ru", None),
        ("ann@mail.ru", None),
    ],
)
def test_a_link_gets_its_scheme(text: str, value: str | None) -> None:
    assert taken("url", text) == value


# ---------------------------------------------------------------- numbers and ratings


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1500", 1500),
        ("1 500", 1500),
        ("1\u00a0500,50 руб", 1500.5),
        ("1,5", 1.5),
        ("-3", -3),
        ("1.500.000", 1500000),
        ("полтора", 1.5),
        ("двадцать пять", 25),
        ("сто двадцать", 120),
        ("2 тыс", 2000),
        ("полторы тысячи", 1500),
        ("три тысячи двести", 3200),
        ("мне 25 лет", 25),
        ("три штуки", 3),
        ("нас будет двое", 2),
        ("двадцать пять рублей", 25),
        ("около 5 тысяч", 5000),
        ("двое взрослых и один ребёнок", None),
        ("два с половиной", 2.5),
        ("3 или 4", None),
        ("пять двадцать", None),
        ("много", None),
        ("", None),
    ],
)
def test_a_number_is_read_in_digits_and_in_words(text: str, value: float | None) -> None:
    assert taken("number", text) == value


def test_an_english_comma_parts_thousands() -> None:
    assert taken("number", "1,500", env=ENGLISH) == 1500
    assert taken("number", "twenty five", env=ENGLISH) == 25


def test_a_whole_number_has_no_fraction() -> None:
    assert [taken("integer", text) for text in ("3", "3,0", "2,5")] == [3, 3, None]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("пять", 5),
        ("5 звёзд", 5),
        ("⭐⭐⭐", 3),
        ("⭐️⭐️⭐️⭐️", 4),
        ("5/5", 5),
        ("5 из 5", 5),
        ("пятёрка!", 5),
        ("ставлю 4", 4),
        ("5️⃣", 5),
        ("5+", 5),
        ("10", None),
        ("0", None),
        ("8 из 10", None),
        ("⭐⭐⭐⭐⭐⭐", None),
        ("4.5", None),
        ("оператор", None),
    ],
)
def test_a_rating_is_given_in_digits_words_and_stars(text: str, value: int | None) -> None:
    assert taken("rating", text) == value


def test_a_rating_goes_as_far_as_the_question_says() -> None:
    ten = narrowed(BASE_TYPES["rating"], max=10)
    assert [taken(ten, text) for text in ("10", "8 из 10", "4 из 5")] == [10, 8, None]
    assert reason(ten, "11") == ("11 — не оценка. Поставьте, пожалуйста, целое число от 1 до 10.")
    assert reason(ten, "так себе") == "Поставьте, пожалуйста, оценку от 1 до 10."


# ---------------------------------------------------------------- texts and attachments


def test_a_text_has_the_length_its_owner_wants() -> None:
    name = answer_type("text", base="text", min=2, max=10)
    assert taken(name, "  Аня ") == "Аня"
    assert reason(name, "А") == "Напишите подробнее: не меньше 2 знаков."
    assert reason(name, "А" * 11) == "Слишком длинно: не больше 10 знаков."
    assert reason(BASE_TYPES["text"], "  ") == "Напишите ответ текстом."
    assert reason(name, "A", ENGLISH) == "A little more, please: at least 2 characters."


@pytest.mark.parametrize(
    ("kind", "sent", "value"),
    [
        ("photo", [Sent(kind="photo", ref="a")], "a"),
        ("photo", [Sent(kind="document", ref="a", details={"mime": "image/png"})], "a"),
        ("photo", [Sent(kind="document", ref="a", details={"mime": "text/plain"})], None),
        ("photo", [], None),
        ("photos", [Sent(kind="photo", ref="a"), Sent(kind="photo", ref="b")], ["a", "b"]),
        ("video", [Sent(kind="document", ref="v", details={"mime": "video/mp4"})], "v"),
        ("file", [Sent(kind="document", ref="d")], "d"),
        ("voice", [Sent(kind="voice", ref="o")], "o"),
        ("voice", [Sent(kind="photo", ref="a")], None),
        ("any", [Sent(kind="sticker", ref="s")], "s"),
        (
            "location",
            [Sent(kind="location", details={"latitude": 55.5, "longitude": 37})],
            {"latitude": 55.5, "longitude": 37.0},
        ),
        ("location", [Sent(kind="location", details={"latitude": "x"})], None),
    ],
)
def test_attachments_become_values(kind: str, sent: list[Sent], value: object) -> None:
    assert named(taken(kind, "", sent)) == value


def test_what_was_sent_is_kept_with_its_kind_and_name() -> None:
    details = {"mime": "image/png", "name": "чек.png", "size": 7}
    sent = Sent(kind="document", ref="d", details=details)
    assert taken("photo", "", [sent]) == {"kind": "document", "ref": "d", **details}


def test_photos_beyond_the_most_are_left_out_and_too_few_are_told_at_the_end() -> None:
    photos = answer_type("photos", base="photos", min=2, max=3)
    four = [Sent(kind="photo", ref=ref) for ref in "abcd"]
    assert named(taken(photos, "", four)) == ["a", "b", "c"]
    assert photos.enough(2, ENV) is None
    assert photos.enough(1, ENV) == Misfit("Нужно больше фотографий, не меньше 2.")


def test_a_text_answers_anything_and_a_pair_of_coordinates_is_a_place() -> None:
    assert taken("any", "слова") == "слова"
    assert taken("location", "55.75, 37.61") == {"latitude": 55.75, "longitude": 37.61}
    assert taken("location", "155.75, 37.61") is None


# ---------------------------------------------------------------- own types


def test_only_types_of_unmistakable_form_are_looked_for_by_themselves() -> None:
    assert ORDER.unmistakable
    assert answer_type("код", base="text", matches="[A-Z]{3}").unmistakable
    assert {name for name, kind in BASE_TYPES.items() if kind.unmistakable} == {
        "phone",
        "email",
        "url",
    }
    assert not narrowed(BASE_TYPES["text"], matches="[A-Z]+").unmistakable
    assert narrowed(ORDER, matches=r"\d{5}").unmistakable


def test_letters_of_every_alphabet_are_letters_in_the_owners_patterns() -> None:
    plate = answer_type("номер_авто", base="text", clean="upper", matches=r"\w\d{3}[\w]{2}\d{2,3}")
    assert taken(plate, "а123вс77") == "А123ВС77"
    assert plate.find("машина А123ВС77, красная", ENV) == "А123ВС77"
    assert taken(plate, "123") is None


def test_a_pattern_that_would_take_for_ever_elsewhere_is_answered_at_once() -> None:
    assert taken(answer_type("x", base="text", matches="(a+)+$"), "a" * 5_000 + "b") is None


def test_a_pattern_of_a_telephone_or_an_address_looks_at_what_it_became() -> None:
    domestic = answer_type("phone", base="phone", matches=r"\+7\d+")
    assert taken(domestic, "8 (999) 123-45-67") == "+79991234567"
    assert taken(domestic, "+998 90 123 45 67") is None
    work = answer_type("email", base="email", matches=r".*@firm\.ru")
    assert work.find("пишите на ann@firm.ru или на ann@mail.ru", ENV) == "ann@firm.ru"


def test_a_narrowed_type_keeps_what_the_question_does_not_say() -> None:
    short = narrowed(ORDER, max=5)
    assert short.name == "номер_заказа"
    assert [taken(short, text) for text in ("12345", "123456")] == ["12345", None]


@pytest.mark.parametrize(
    ("clean", "text", "value"),
    [
        ("digits", "12 34-56", "123456"),
        ("letters", "  Анна-Мария, 25!", "Анна Мария"),
        ("signs", "А 123 вс-77", "А123вс77"),
        ("spaces", " 12 34 ", "1234"),
        ("upper", "а1", "А1"),
        ("lower", "ДА", "да"),
    ],
)
def test_an_answer_is_cleaned_before_it_is_looked_at(clean: str, text: str, value: str) -> None:
    assert taken(answer_type("x", base="text", clean=clean), text) == value


def test_what_is_cleaned_away_altogether_is_no_answer() -> None:
    assert (
        reason(answer_type("x", base="text", clean="letters"), "25!") == "Напишите ответ текстом."
    )


@pytest.mark.parametrize("language", ["en", "uz"])
def test_every_language_says_the_same_things_with_the_same_gaps(language: str) -> None:
    assert REASONS[language].keys() == REASONS["ru"].keys()
    for spoken, russian in ((REASONS[language], REASONS["ru"]), (SPOKEN[language], SPOKEN["ru"])):
        for name, sentence in spoken.items():
            assert gaps(sentence) == gaps(russian[name]), name


def gaps(sentence: str) -> set[str | None]:
    return {gap for _, gap, _, _ in Formatter().parse(sentence)} - {None}


@pytest.mark.parametrize(
    ("base", "keys", "words"),
    [
        ("tetx", {}, "«tetx»"),
        ("text", {"clean": "digit"}, "digits"),
        ("photo", {"matches": "x"}, "matches"),
        ("yes_no", {"matches": "x"}, "matches"),
        ("date", {"clean": "digits"}, "clean"),
        ("date", {"min": 1}, "«date» — проверьте его в check вопроса"),
        ("text", {"min": 5, "max": 3}, "больше"),
        ("text", {"min": "много"}, "число"),
        ("text", {"min": -1}, "от нуля"),
        ("photos", {"max": 1.5}, "целое"),
        ("rating", {"max": 100}, "от 1 до 10"),
        ("text", {"matches": "(a"}, "не читается"),
        ("text", {"matches": "(?=a)b"}, "не читается"),
    ],
)
def test_what_does_not_go_together_is_said_in_words(
    base: str, keys: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        answer_type("своё", base=base, **keys)


def test_numbers_have_their_bounds() -> None:
    age = answer_type("number", base="number", min="18", max=99)
    assert [taken(age, text) for text in ("17", "18", "99", "100")] == [None, 18, 99, None]
    assert reason(age, "17") == "17 — мало: нужно число не меньше 18."


# ---------------------------------------------------------------- whatever people write

ALPHABET = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789 .,:-/+№()@абвгд⭐", max_size=40),
    st.lists(
        st.sampled_from(
            [
                "в",
                "на",
                "через",
                "назад",
                "5",
                "15",
                "15.01",
                "января",
                "пятницу",
                "следующую",
                "час",
                "полтора",
                "без",
                "пяти",
                "утра",
                "завтра",
                "in",
                "ago",
                "half",
                "at",
                "2027",
                "день",
                "месяц",
                "двадцать",
                "тысяч",
                "числа",
            ]
        ),
        max_size=6,
    ).map(" ".join),
)


@settings(deadline=None)
@given(ALPHABET, st.sampled_from(sorted(BASE_TYPES)), st.sampled_from([ENV, ENGLISH]))
def test_no_text_makes_any_type_fail(text: str, kind: str, env: Env) -> None:
    outcome = BASE_TYPES[kind].parse(text, (), env)
    assert isinstance(outcome, Fit) or outcome.reason
    BASE_TYPES[kind].find(text, env)
    ORDER.parse(text, (), env)
    ORDER.find(text, env)


@settings(deadline=None)
@given(ALPHABET, st.sampled_from(["photo", "location", "contact", "document"]))
def test_no_attachment_makes_any_type_fail(text: str, media: MediaKind) -> None:
    for kind in BASE_TYPES.values():
        kind.parse(text, [Sent(kind=media, details={"phone": text, "latitude": text})], ENV)


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        (r"[^\W\d_]+", "Анна", "Анна1"),
        (r"[\W\d_]+", "👍 12", "да"),
        (r"[\W]+", "👍", "д"),
        (r"\w+\W", "Анна!", "Анна"),
    ],
)
def test_letters_of_every_alphabet_are_letters_in_sets_too(
    pattern: str, fits: str, fits_not: str
) -> None:
    kind = answer_type("x", base="text", matches=pattern)
    assert (taken(kind, fits), taken(kind, fits_not)) == (fits, None)


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        (r"\bкот\b", "кот", "коты"),
        (r".*\bкот\b.*", "мой кот спит", "мой скот спит"),
        (r".*\bкот\b.*", "кот", "котлета"),
        (r"\bкот\b \bпёс\b", "кот пёс", "котпёс"),
        (r"кот\b.*", "кот, пёс", "коты"),
        (r"(?:да|нет)\b.*", "да, буду", "даже"),
        (r".*\b(?:да|нет)", "ну да", "куда"),
        (r"\b\d{5}\b", "12345", "123456"),
        (r"№\s*\b\d+", "№ 5", "№ а5"),
        (r".*\bcat\b.*", "a cat!", "cats"),
    ],
)
def test_words_of_every_alphabet_have_borders(pattern: str, fits: str, fits_not: str) -> None:
    kind = answer_type("x", base="text", matches=pattern)
    assert (taken(kind, fits), taken(kind, fits_not)) == (fits, None)


def test_a_pattern_of_a_trigger_finds_a_russian_word_and_no_part_of_one() -> None:
    found = compiled(r"\bкот(?:ик)?\b")
    assert all(map(found.search, ["где мой кот?", "кот", "это котик!"]))
    assert not any(map(found.search, ["скотина", "котлета", "мой скот"]))


@pytest.mark.parametrize("pattern", [r"кот\bпёс", r"\b \b", r"\Bкот"])
def test_a_border_where_no_word_ends_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="matches") as refusal:
        answer_type("x", base="text", matches=pattern)
    assert "matches" in english(str(refusal.value))


def test_a_set_the_engine_cannot_read_is_refused() -> None:
    with pytest.raises(ValueError, match="перечислите знаки"):
        answer_type("x", base="text", matches=r"[\W,]")
