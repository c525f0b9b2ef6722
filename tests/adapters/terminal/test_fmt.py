"""The command fmt: files that need quotes get them, or are named."""

import io
from pathlib import Path

from adapters.terminal.fmt import fmt

NEEDS = "flow: а\r\nsteps:\r\n  б:\r\n    - say: *важно*\r\n"


def test_files_are_quoted_in_place(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    file = tmp_path / "flows" / "a.yaml"
    file.write_bytes(NEEDS.encode())
    (tmp_path / "bot.yaml").write_text("bot: Б\n", encoding="utf-8")
    out = io.StringIO()
    assert fmt([tmp_path], out) == 0
    assert file.read_bytes() == NEEDS.replace("*важно*", '"*важно*"').encode()
    assert out.getvalue() == f"{file}: кавычки поставлены\n"


def test_a_check_writes_nothing_and_fails_where_quotes_are_missing(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(NEEDS.encode())
    assert fmt([tmp_path], io.StringIO(), only_check=True) == 1
    assert file.read_bytes() == NEEDS.encode()
    fmt([tmp_path], io.StringIO())
    out = io.StringIO()
    assert fmt([tmp_path], out, only_check=True) == 0
    assert out.getvalue() == "Кавычки нигде не нужны.\n"


def test_an_english_bot_is_spoken_of_in_english(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("bot: Test\nlanguage: en\n", encoding="utf-8")
    out = io.StringIO()
    assert fmt([tmp_path], out) == 0
    assert out.getvalue() == "Nothing to quote.\n"


def test_nothing_outside_of_the_bot_is_written(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    file = outside / "a.yaml"
    file.write_bytes(NEEDS.encode())
    bot = tmp_path / "bot"
    (bot / "_drafts").mkdir(parents=True)
    (bot / ".git").mkdir()
    (bot / ".git" / "b.yaml").write_bytes(NEEDS.encode())
    (bot / "_drafts" / "a.yaml").symlink_to(file)
    (bot / "flows").symlink_to(outside)
    out = io.StringIO()
    fmt([bot], out)
    assert out.getvalue() == "Кавычки нигде не нужны.\n"
    assert file.read_bytes() == NEEDS.encode()
