"""The order of the ladder, as a table: every rung, every pair of neighbours, every level."""

from typing import Any

import pytest

LEVELS = ("question", "flow", "caller", "bot", "starts")
"""The nearest first."""

FLOWS = """
flow: анкета
when: [/form]
steps:
  а:
    - call: помощь
{caller}
---
flow: помощь
steps:
  а:
    - ask: Ваш ответ?
      save: ответ
      as: {kind}
      buttons: {{Раз: раз, Два: два}}
{question}
    - say: "Ответ {{{{ ответ }}}}."
{flow}
---
flow: тема
when: [/topic{starts}]
steps:
  а:
    - say: starts
"""
SAID = {level: "{say: " + level + "}" for level in LEVELS}


def bot_with(triggers: dict[str, str], kind: str = "integer") -> tuple[str, str]:
    """A bot in which these levels listen, and the bot's own part; `starts` begins a flow."""
    own = {level: _handler(level, trigger) for level, trigger in triggers.items()}
    flows = FLOWS.format(
        kind=kind,
        question=_indented(own.get("question", ""), 6),
        flow=own.get("flow", ""),
        caller=own.get("caller", ""),
        starts=f", {triggers['starts']}" if "starts" in triggers else "",
    )
    if kind == "integer":
        flows = flows.replace("      buttons: {Раз: раз, Два: два}\n", "")
    return flows, own.get("bot", "")


def _handler(level: str, trigger: str) -> str:
    return f"meanwhile:\n  - when: [{trigger}]\n    then: {SAID[level]}"


def _indented(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.splitlines())


def asked(talk: Any, triggers: dict[str, str], kind: str = "integer", **more: Any) -> Any:
    flows, bot = bot_with(triggers, kind)
    return talk(flows, bot, **more).hears("/form", "Ваш ответ?")


TRIGGERS = {
    "exact": ("сюда", "сюда!"),
    "command": ("/here", "/here now"),
    "contains": ("{contains: [сюда]}", "идите сюда скорее"),
    "matches": ("{matches: 'с.да'}", "идите сюда скорее"),
    "means": ("{means: 'клиент зовёт'}", "поди-ка"),
}
KEYS = dict.fromkeys(LEVELS, "клиент зовёт") | {"starts": "тема"}


# ---------------------------------------------------------------- each rung at each level


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("rung", TRIGGERS)
def test_every_rung_of_triggers_is_heard_at_every_level(talk: Any, rung: str, level: str) -> None:
    trigger, text = TRIGGERS[rung]
    means = {"поди-ка": KEYS[level]}
    asked(talk, {level: trigger}, means=means).hears(text, level, "Ваш ответ?")


@pytest.mark.parametrize("far", LEVELS[1:])
@pytest.mark.parametrize("rung", ["exact", "command", "contains", "matches"])
def test_of_two_levels_the_nearer_hears(talk: Any, rung: str, far: str) -> None:
    trigger, text = TRIGGERS[rung]
    near = LEVELS[LEVELS.index(far) - 1]
    asked(talk, {near: trigger, far: trigger}).hears(text, near, "Ваш ответ?")


@pytest.mark.parametrize("near", LEVELS[:-1])
def test_a_higher_rung_of_a_far_level_comes_before_a_lower_one_of_a_near(
    talk: Any, near: str
) -> None:
    far = {"starts": "'идите сюда'"}
    asked(talk, {near: "{contains: сюда}", **far}).hears("идите сюда", "starts", "Ваш ответ?")


@pytest.mark.parametrize("level", ["question", "flow", "caller", "bot"])
def test_nobodys_message_wakes_the_nearest_listener_of_no_match(talk: Any, level: str) -> None:
    flows, bot = bot_with({level: "{event: no_match}"})
    flows = flows.replace("      save: ответ\n      as: integer\n", "")
    flows = flows.replace("Ответ {{ ответ }}.", "Ответ.")
    flows = flows.replace("- ask: Ваш ответ?", "- ask: Ваш ответ?\n      buttons: {Раз: {say: р}}")
    talk(flows, bot).hears("/form", "Ваш ответ?").hears("эээ", level, "Ваш ответ?")


# ---------------------------------------------------------------- each rung before the next


def test_a_stale_button_is_no_label_of_the_question_pending(talk: Any) -> None:
    dialog = asked(talk, {}, "text")
    old = dialog.play.offered[0].payload
    dialog.hears("Раз", "Ответ раз.").hears("/form", "Ваш ответ?")
    dialog.play.press_payload(old)
    dialog.says("Эта кнопка уже не действует.", "Ваш ответ?")


def test_a_label_comes_before_exact_words(talk: Any) -> None:
    asked(talk, {"question": "раз"}, "text").hears("раз", "Ответ раз.")


def test_exact_words_come_before_the_answer(talk: Any) -> None:
    asked(talk, {"starts": "сюда"}, "text").hears("сюда", "starts", "Ваш ответ?")


def test_a_command_comes_before_the_answer(talk: Any) -> None:
    asked(talk, {"bot": "/here"}, "text").hears("/here", "bot", "Ваш ответ?")


def test_the_answer_comes_before_words_inside(talk: Any) -> None:
    asked(talk, {"question": "{contains: сюда}"}, "text").hears("идите сюда", "Ответ идите сюда.")


def test_words_inside_come_before_a_meaning(talk: Any) -> None:
    triggers = {"bot": "{means: 'клиент зовёт'}", "starts": "{contains: сюда}"}
    dialog = asked(talk, triggers, means={"идите сюда": "клиент зовёт"})
    dialog.hears("идите сюда", "starts", "Ваш ответ?")


def test_a_meaning_comes_before_nobody(talk: Any) -> None:
    dialog = asked(talk, {"bot": "{means: 'клиент зовёт'}"}, means={"эй": "клиент зовёт"})
    dialog.hears("эй", "bot", "Ваш ответ?")
    assert dialog.counted("misfit") == 0


def test_nobodys_message_is_a_misfit_of_a_question_that_saves(talk: Any) -> None:
    dialog = asked(talk, {"bot": "{event: no_match}"}).hears("эй", "Нужно целое число*")
    assert dialog.counted("misfit") == 1


def test_within_one_level_words_inside_are_looked_for_in_the_order_of_the_file(talk: Any) -> None:
    asked(talk, {"bot": "{contains: [сюда, идите]}"}).hears("идите сюда", "bot", "Ваш ответ?")
    flows, _ = bot_with({})
    bot = "meanwhile:\n  - when: {contains: идите}\n    then: {say: первый}\n"
    bot += "  - when: {contains: сюда}\n    then: {say: второй}\n"
    dialog = talk(flows, bot).hears("/form", "Ваш ответ?")
    dialog.hears("сюда идите", "первый", "Ваш ответ?")
