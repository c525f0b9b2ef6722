"""The commands of a bot, as messengers list them."""

from bots.commands import commands_of
from flows.load import load_bot
from flows.model import Bot

HEAD = "bot: Shop\nlanguage: {language}\nstart: menu\n"


def bot(language: str = "en", **flows: str) -> Bot:
    files = {f"flows/{name}.yaml": text for name, text in flows.items()}
    return load_bot("shop", {"bot.yaml": HEAD.format(language=language), **files}, {}).bot


def flow(name: str, when: str, about: str = "") -> str:
    more = f"about: {about}\n" if about else ""
    return f"flow: {name}\nwhen: [{when}]\n{more}steps:\n  a:\n    - say: Hello\n"


def test_a_flows_command_means_what_the_flow_is_about_else_its_name() -> None:
    found = commands_of(
        bot(
            menu=flow("menu", "/start, /menu, menu"),
            order=flow("order", "/order", "Where the order is"),
            lost_things=flow("lost_things", "/lost"),
        )
    )
    assert dict(found) == {
        "menu": "Menu",
        "order": "Where the order is",
        "lost": "lost things",
    }


def test_well_known_commands_are_said_in_the_bots_language() -> None:
    found = commands_of(bot("ru", menu=flow("menu", "/menu")))
    assert found == [("menu", "Меню")]


def test_a_command_that_a_messenger_would_not_take_is_left_out() -> None:
    found = commands_of(bot(menu=flow("menu", "/заказ, /fine_1")))
    assert found == [("fine_1", "menu")]


def test_a_hundred_are_the_most() -> None:
    many = ", ".join(f"/c{number}" for number in range(150))
    assert len(commands_of(bot(menu=flow("menu", many)))) == 100
