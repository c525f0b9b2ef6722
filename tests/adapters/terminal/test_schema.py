"""The command schema: files for editors, in the owner's language."""

import io
import json
from pathlib import Path

from adapters.terminal.schema import schema
from flows.schema import FILES


def test_the_schemas_are_written_into_a_folder_with_how_to_name_them(tmp_path: Path) -> None:
    out = io.StringIO()
    assert schema("en", tmp_path / "new", out) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(FILES)
    assert (
        "flows/*.yaml        # yaml-language-server: $schema=../flow.schema.json" in out.getvalue()
    )


def test_without_a_folder_the_schema_of_bot_yaml_is_shown() -> None:
    out = io.StringIO()
    assert schema("ru", None, out) == 0
    shown = json.loads(out.getvalue())
    assert shown["properties"]["bot"]["description"] == "имя бота"


def test_a_link_does_not_choose_which_file_is_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    bot = tmp_path / "bot"
    bot.mkdir()
    (bot / "bot.schema.json").symlink_to(mine)
    assert schema("ru", bot, io.StringIO()) == 0
    assert mine.read_text() == "mine"
    assert not (bot / "bot.schema.json").is_symlink()
