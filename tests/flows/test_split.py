"""`split`: groups of customers, drawn once by their shares and kept."""

from typing import Any

import pytest

from flows.errors import LoadError

FLOW = """
flow: а
when: [/a]
steps:
  а:
    - split: приветствие
      cases:
        A: [{say: Здравствуйте.}]
        B: [{say: Привет!}]
        C: []
      shares: {A: 70, B: 20, C: 10}
    - say: Дальше.
"""


def at(dialog: Any, chance: float) -> Any:
    dialog.play.chance = chance
    return dialog


def test_a_customer_stays_in_the_group_once_drawn(talk: Any) -> None:
    dialog = talk(FLOW).hears("/a")
    first = [one.text for one in dialog.play.said]
    for tenth in range(10):
        at(dialog, tenth / 10).news().hears("/a", *first)
    facts = dialog.play.happenings("split")
    assert {one["split"] for one in facts} == {"приветствие"}
    assert len({one["case"] for one in facts}) == 1
    assert [one["drawn"] for one in facts] == [True] + [False] * 10


def test_groups_are_as_large_as_their_shares(talk: Any) -> None:
    drawn = []
    for number in range(1000):
        dialog = at(talk(FLOW), number / 1000).hears("/a")
        drawn.append(dialog.play.happenings("split")[0]["case"])
    assert [round(drawn.count(name) / 100) for name in "ABC"] == [7, 2, 1]


def test_without_shares_groups_are_equal(talk: Any) -> None:
    flow = FLOW.replace("      shares: {A: 70, B: 20, C: 10}\n", "")
    drawn = [
        at(talk(flow), number / 300).hears("/a").play.happenings("split")[0]["case"]
        for number in range(300)
    ]
    assert all(80 < drawn.count(name) < 120 for name in "ABC")


def test_two_splits_of_one_step_are_drawn_independently(talk: Any) -> None:
    flow = """
    flow: а
    when: [/a]
    steps:
      а:
        - split: раз
          cases: {A: [], B: []}
        - split: два
          cases: {A: [], B: []}
    """
    pairs = []
    for number in range(400):
        facts = at(talk(flow), number / 400).hears("/a").play.happenings("split")
        pairs.append(facts[0]["case"] + facts[1]["case"])
    assert all(70 < pairs.count(pair) < 130 for pair in ("AA", "AB", "BA", "BB"))


def test_flows_cannot_read_the_group(talk: Any) -> None:
    dialog = at(talk(FLOW.replace("Дальше.", '"[{{ user | len }}]"')), 0.5).hears("/a")
    assert dialog.play.said[-1].text == "[0]"
    with pytest.raises(LoadError, match="нет «:split»"):
        talk(FLOW.replace("Дальше.", "\"{{ user[':split'] }}\""))


def test_the_group_is_the_persons_and_survives_a_new_conversation(talk: Any) -> None:
    dialog = at(talk(FLOW), 0.3).hears("/a")
    (fact,) = dialog.play.happenings("split")
    again = at(talk(FLOW, user=dialog.play.user), 0.95).hears("/a")
    assert again.play.happenings("split")[0]["case"] == fact["case"]


def test_writing_of_the_person_does_not_lose_the_group(talk: Any) -> None:
    flow = FLOW + "    - set: {user.name: Аня}\n"
    dialog = at(talk(flow, "user: {name: text}\n"), 0.3).hears("/a")
    assert dialog.play.user["name"] == "Аня"
    assert dialog.play.user[":split"].keys() == {"приветствие"}


def test_a_group_that_is_gone_is_drawn_anew(talk: Any, bot: Any) -> None:
    dialog = at(talk(FLOW), 0.3).hears("/a").news()
    (fact,) = dialog.play.happenings("split")
    other = FLOW.replace(f"        {fact['case']}: ", "        Z: ").replace(
        f"{fact['case']}: ", "Z: "
    )
    dialog.play.edit(bot(other))
    dialog.hears("/a")
    assert dialog.play.happenings("split")[1]["case"] != fact["case"]


@pytest.mark.parametrize("chance", [0.0, 0.999999999])
def test_a_share_of_nothing_is_never_drawn(talk: Any, chance: float) -> None:
    flow = FLOW.replace("{A: 70, B: 20, C: 10}", "{A: 0, B: 100, C: 0}")
    at(talk(flow), chance).hears("/a", "Привет!", "Дальше.")
