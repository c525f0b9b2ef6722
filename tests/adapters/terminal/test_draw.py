"""What `draw` makes of the names it is given, and where its pictures go."""

import io
import xml.etree.ElementTree as xml
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.terminal.draw import Wanted, draw, wanted
from adapters.terminal.leaving import Refused
from flows.load import load_bot
from flows.model import Bot

MENU = "flow: menu\nwhen: [/start]\nsteps:\n  offer:\n    - ask: What now?\n      save: what\n"


def bot(name: str, *flows: str) -> Bot:
    files = {"bot.yaml": f"bot: {name}\nlanguage: en\ntimezone: UTC\n"}
    files |= {f"flows/{flow}.yaml": MENU.replace("menu", flow) for flow in flows}
    files = {
        path: text.replace("[/start]", f"[/{Path(path).stem}]") for path, text in files.items()
    }
    return load_bot(name, files, {}).bot


BOTS = {"shop": bot("shop", "menu", "order"), "salon": bot("salon", "menu", "visit")}


def drawn(*names: str) -> tuple[str, str | None]:
    what = wanted(BOTS, "shop", list(names))
    return what.bot.folder, what.flow


def test_without_names_the_first_bot_is_drawn_whole() -> None:
    assert drawn() == ("shop", None)


def test_a_name_is_a_bots_or_a_flows() -> None:
    assert drawn("salon") == ("salon", None)
    assert drawn("salon", "menu") == ("salon", "menu")
    assert drawn("order") == ("shop", "order")
    assert drawn("visit") == ("salon", "visit")


def test_of_two_flows_of_one_name_the_first_bots_is_meant() -> None:
    assert drawn("menu") == ("shop", "menu")
    with pytest.raises(Refused, match="shop, salon"):
        wanted({**BOTS, "cafe": bot("cafe", "tea")}, "cafe", ["menu"])


@pytest.mark.parametrize("names", [["nothing"], ["nothing", "menu"], ["shop", "visit"]])
def test_a_name_of_nothing_is_told_what_there_is(names: list[str]) -> None:
    with pytest.raises(Refused, match="there are: .*(salon|order)"):
        wanted(BOTS, "shop", names)


def printed(what: Wanted, **options: object) -> str:
    terminal = io.StringIO()
    given = {"format": None, "out": None, **options}
    draw(what, terminal=terminal, **given)  # type: ignore[arg-type]
    return terminal.getvalue()


def test_a_terminal_gets_mermaid() -> None:
    assert printed(Wanted(BOTS["shop"], "menu")).startswith("flowchart TD\n")
    page = printed(Wanted(BOTS["shop"], None))
    assert page.startswith("# shop\n")
    assert page.count("```mermaid\n") == 3


def test_the_ending_of_a_file_says_what_goes_into_it(tmp_path: Path) -> None:
    for name in ("menu.svg", "menu.SVG"):
        assert printed(Wanted(BOTS["shop"], "menu"), out=tmp_path / name).strip().endswith(name)
        assert xml.parse(tmp_path / name).getroot().tag.endswith("svg")
    printed(Wanted(BOTS["shop"], "menu"), out=tmp_path / "menu.mmd")
    assert (tmp_path / "menu.mmd").read_text().startswith("flowchart TD\n")


def test_the_format_may_be_named() -> None:
    assert printed(Wanted(BOTS["shop"], None), format="svg").startswith("<svg ")


def test_no_word_of_a_bot_becomes_markup_of_the_page() -> None:
    words = "<img src=x onerror=alert(1)>\n```mermaid\n"
    flow = replace(BOTS["shop"].flows["menu"], about=words)
    bot = replace(BOTS["shop"], title=words, flows={"menu": flow})
    page = printed(Wanted(bot, None))
    assert "<img" not in page
    assert page.count("```mermaid\n") == 2
