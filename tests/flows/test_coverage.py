"""What the tests of a bot have walked, and what they have not."""

from typing import Any

from flows.coverage import Walked, coverage, overall
from flows.model import Bot
from flows.rehearsal import ActionFails
from flows.testing import Company, play

FLOWS = """
flow: возврат
when: /return
steps:
  причина:
    - ask: Что случилось?
      save: причина
      buttons: {Брак: брак, Передумал: передумал, Уйти: {go: cancel}}
      timeout: {after: 1h, then: done}
    - choose: причина
      cases:
        брак: {say: Жаль.}
        передумал: {say: Бывает.}
  заявка:
    - do: shop.return
      failed: {say: Не вышло.}
    - if: причина == 'брак'
      then: {say: Деньги вернём.}
meanwhile:
  - when: {event: cancel}
    then: {say: Отменили.}
"""


def walked(made: Bot, text: str) -> tuple[int, list[tuple[str, str, int]]]:
    seen = Walked(made.version)

    def act(name: str, arguments: Any) -> Any:
        raise ActionFails("no")

    company = Company(bot=made, fresh=lambda clock: act, watch=seen)
    (outcome,) = play(company, {"a": text})
    assert outcome.passed, outcome.failure
    flows = coverage(made, seen)
    missing = [one for flow in flows for one in flow.missing]
    return overall(flows), [(one.step, one.way, one.place.line) for one in missing]


def test_steps_and_branches_that_no_test_walks_are_named_with_their_lines(bot: Any) -> None:
    made = bot(FLOWS, "", {"shop.return": None})
    text = """
test: брак
mocks: {shop.return: {give: 1}}
chat: [{client: /return}, {bot: "*"}, {client: {press: Брак}}, {bot: Жаль.}, {bot: Деньги*}]
"""
    assert walked(made, text) == (
        36,
        [
            ("причина", "Уйти", 8),
            ("причина", "timeout", 9),
            ("причина", "передумал", 10),
            ("причина", "else", 10),
            ("заявка", "failed", 16),
            ("заявка", "else", 17),
            ("", "cancel", 21),
        ],
    )


def test_an_edited_bot_does_not_count(bot: Any) -> None:
    made = bot(FLOWS, "", {"shop.return": None})
    other = bot(FLOWS.replace("Жаль", "Увы"), "", {"shop.return": None})
    seen = Walked(made.version)
    company = Company(
        bot=made, fresh=lambda clock: lambda *_: None, edited=lambda name: other, watch=seen
    )
    play(company, {"a": "test: а\nchat: [{edit: b.yaml}, {client: /return}, {bot: Что*}]\n"})
    assert overall(coverage(made, seen)) == 0
