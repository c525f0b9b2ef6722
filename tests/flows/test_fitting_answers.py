"""A question never loses an answer that fits, whatever its type and whatever else it is told."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.attachments import named
from flows.rehearsal import Rehearsal
from flows.turn import Sent
from flows.values import freeze
from tests.flows.conftest import MONDAY_MORNING, bot_of

TRIGGERS = ("/a", "тема")
_TAKEN = {*TRIGGERS, "пропустить", "отмена", "отменить", "cancel", "назад", "back", "готово"}


class Answer(NamedTuple):
    """What is sent to a question of a type, message by message, and what is to be kept."""

    kind: str
    texts: Sequence[str] = ()
    sent: Sequence[Sent] = ()
    kept: Any = None
    keys: str = ""


def _words(kind: str, values: st.SearchStrategy[Any], **more: Any) -> st.SearchStrategy[Answer]:
    return values.map(lambda value: Answer(kind, [str(value)], kept=value, **more))


def _attached(kind: str, *sent: Sent) -> st.SearchStrategy[Answer]:
    return st.sampled_from(sent).map(lambda one: Answer(kind, sent=[one], kept=one.ref))


_PICTURE = Sent(kind="photo", ref="p")
_SCAN = Sent(kind="document", ref="d", details={"mime": "image/jpeg"})
_FREE = st.text(st.characters(categories=["L", "Nd", "Zs"]), min_size=1, max_size=60).filter(
    lambda text: any(map(str.isalpha, text)) and text.strip().casefold() not in _TAKEN
)
_DAYS = st.integers(0, 300).map(lambda days: date(2026, 3, 2) + timedelta(days=days))
_BUTTONS = "buttons: [Красный, Синий, Зелёный]"

ANSWERS = st.one_of(
    _words("text", _FREE.map(str.strip)),
    _words("any", _FREE.map(str.strip)),
    _words("integer", st.integers(0, 10**9)),
    _words("number", st.integers(0, 10**6)),
    _words("rating", st.integers(1, 5)),
    _words("date", _DAYS),
    _words("email", st.from_regex(r"[a-z]{1,9}@[a-z]{2,9}\.ru", fullmatch=True)),
    _words("url", st.from_regex(r"https://[a-z]{2,9}\.ru/[a-z]{1,9}", fullmatch=True)),
    _words("phone", st.from_regex(r"\+7999[0-9]{7}", fullmatch=True)),
    _words("choice", st.sampled_from(["Красный", "Синий", "Зелёный"]), keys=_BUTTONS),
    st.booleans().map(lambda yes: Answer("yes_no", ["да" if yes else "нет"], kept=yes)),
    st.sets(st.sampled_from(["Красный", "Синий", "Зелёный"]), min_size=1).map(
        lambda chosen: Answer(
            "many",
            [*sorted(chosen), "готово"],
            kept=[one for one in ("Красный", "Синий", "Зелёный") if one in chosen],
            keys=_BUTTONS,
        )
    ),
    _attached("photo", _PICTURE, _SCAN),
    _attached("video", Sent(kind="video", ref="v")),
    _attached("file", Sent(kind="document", ref="d"), _PICTURE),
    _attached("voice", Sent(kind="voice", ref="o"), Sent(kind="audio", ref="m")),
    _attached("any", _PICTURE, Sent(kind="sticker", ref="s")),
    st.lists(st.sampled_from([_PICTURE, _SCAN]), min_size=1, max_size=5).map(
        lambda sent: Answer("photos", sent=sent, kept=[one.ref for one in sent])
    ),
    st.floats(-80, 80).map(
        lambda place: Answer(
            "location",
            sent=[Sent(kind="location", details={"latitude": place, "longitude": place})],
            kept={"latitude": place, "longitude": place},
        )
    ),
)
MORE = st.sets(
    st.sampled_from(
        [
            "collect: 2s",
            "skip: Пропустить",
            "retry: Иначе",
            "tries: 2",
            "timeout: {after: 10m, then: done}",
            "remind: {after: 5m, say: Ждём}",
            "expires: never",
            "known: confirm",
            "meanwhile: [{when: зачем, then: {say: Надо}}]",
        ]
    ),
    max_size=4,
)


def _bot(answer: Answer, more: set[str]) -> Any:
    keys = [f"as: {answer.kind}", answer.keys, *sorted(more)]
    lines = "".join(f"      {key}\n" for key in keys if key)
    topic = (
        "---\nflow: тема\nabout: Тема\nwhen: [{contains: [цвет]}]\nsteps:\n  раз:\n    - say: Да\n"
    )
    steps = f"  раз:\n    - ask: Ну?\n      save: x\n{lines}    - ask: Всё?\n      save: y\n"
    return bot_of(f"flow: а\nabout: А\nwhen: [/a]\nsteps:\n{steps}{topic}")


@settings(max_examples=150, deadline=None)
@given(answer=ANSWERS, more=MORE, collected=st.booleans())
def test_an_answer_that_fits_is_kept_and_the_next_question_asked(
    answer: Answer, more: set[str], collected: bool
) -> None:
    play = Rehearsal(bot=_bot(answer, more), actions=lambda name, given: None, now=MONDAY_MORNING)
    play.hear("/a")
    for text in answer.texts:
        play.hear(text)
        if text != answer.texts[-1]:
            play.settle()
    if answer.sent and (collected or len(answer.sent) == 1):
        play.hear(attached=answer.sent)
    else:
        for one in answer.sent:
            play.hear(attached=[one])
    play.wait(timedelta(seconds=4))
    kept = named(play.variables.get("x"))
    assert freeze(kept) == freeze(answer.kept), [one.text for one in play.said]
    assert play.said[-1].text == "Всё?"
