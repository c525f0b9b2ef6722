"""The built-in understanding: hears what was meant, and is silent about everything else."""

import pytest

from adapters.understanding.stemmed import StemmedUnderstanding

PERSON = "клиент просит живого человека: «позовите человека», «соедините с оператором»"
RETURN = "клиент хочет вернуть или обменять товар, вернуть деньги: «мне не подошёл размер»"
WHERE = "клиент спрашивает, где его заказ: «когда приедет моя посылка»"
CANDIDATES = {"person": PERSON, "return": RETURN, "where": WHERE}


async def heard(text: str) -> list[tuple[str, float]]:
    return await StemmedUnderstanding().choose(text, CANDIDATES, question=None, language="ru")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("позовите человека", "person"),
        ("Позовите, пожалуйста, живого человека!", "person"),
        ("соедините меня с оператором", "person"),
        ("хочу вернуть товар", "return"),
        ("Верните мне деньги", "return"),
        ("РАЗМЕР НЕ ПОДОШЁЛ", "return"),
        ("где моя посылка?", "where"),
    ],
)
async def test_a_described_meaning_is_recognised_in_other_words(text: str, meant: str) -> None:
    (key, confidence), *_ = await heard(text)
    assert key == meant
    assert 0.5 < confidence < 0.95


@pytest.mark.parametrize(
    "text",
    ["сегодня хорошая погода", "как дела", "деньги не пахнут", "12345", "", "!!!", "а" * 10_000],
)
async def test_other_sentences_mean_nothing(text: str) -> None:
    assert await heard(text) == []


async def test_a_single_word_out_of_a_phrase_is_not_its_meaning() -> None:
    why = {"why": "клиент спрашивает, зачем нужно фото: «без фото нельзя»"}
    choose = StemmedUnderstanding().choose
    assert not await choose("фото", why, question=None, language="ru")
    assert await choose("а зачем фото?", why, question=None, language="ru")


async def test_without_candidates_there_is_no_meaning() -> None:
    assert await StemmedUnderstanding().choose("да", {}, question="?", language="ru") == []
