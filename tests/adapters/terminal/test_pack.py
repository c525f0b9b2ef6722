"""A bot folder as one file, there and back; and files that only look like one."""

import stat
import zipfile
from pathlib import Path

import pytest

from adapters.terminal.pack import LARGEST, NotABot, pack, unpack
from adapters.terminal.translate import as_csv, as_po
from flows.errors import Place
from flows.translating import Phrase
from tests.adapters.terminal.test_commands import ROOT, run

SHOP = ROOT / "config" / "bots" / "shop"


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def zipped(path: Path, *entries: tuple[str, str], mode: int = 0o100644) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            packed.writestr(entry, text)
    return path


def test_a_bot_comes_back_as_it_was_and_packs_into_the_same_bytes(tmp_path: Path) -> None:
    names = files_of(SHOP)
    first = pack(SHOP, names, "a1", tmp_path)
    assert first.name == "shop-a1.zip"
    folder = unpack(first, tmp_path / "bots")
    assert files_of(folder) == names
    for path in folder.rglob("*"):
        path.touch()
    (tmp_path / "again").mkdir()
    again = pack(folder, reversed(list(names)), "a1", tmp_path / "again")
    assert again.read_bytes() == first.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "bots", "shop-a1.zip"]


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", ("shop/bot.yaml", "bot: new"))
    unpack(path, tmp_path)
    (tmp_path / "shop" / "bot.yaml").write_text("bot: mine")
    with pytest.raises(NotABot, match="there already"):
        unpack(path, tmp_path)
    assert (tmp_path / "shop" / "bot.yaml").read_text() == "bot: mine"


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["shop/bot.yaml", "shop/../../x.yaml"], "outside"),
        (["shop/bot.yaml", "/etc/passwd"], "outside"),
        (["shop/bot.yaml", "shop/flows/..\\x.yaml"], "outside"),
        (["shop/bot.yaml", "c:/x"], "outside"),
        (["shop/bot.yaml", ""], "no name of a bot's file"),
        (["shop/bot.yaml", "shop/.env"], "no name of a bot's file"),
        (["shop/bot.yaml", "shop/run.py"], "has no such file"),
        (["shop/bot.yaml", "shop/flows/a.yaml", "shop/FLOWS/A.yaml"], "no such file|same name"),
        (["shop/bot.yaml", "salon/flows/a.yaml"], "one folder"),
        (["shop/flows/a.yaml"], "with a bot.yaml"),
        ([], "one folder"),
    ],
)
def test_what_is_no_bot_leaves_nothing_behind(tmp_path: Path, names: list[str], why: str) -> None:
    path = zipped(tmp_path / "x.zip", *((name, "bot: x") for name in names))
    with pytest.raises(NotABot, match=why):
        unpack(path, tmp_path / "bots")
    assert not (tmp_path / "bots").exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    entries = ("shop/bot.yaml", "/etc/passwd"), ("shop/media/x", "/etc/passwd")
    path = zipped(tmp_path / "x.zip", *entries, mode=stat.S_IFLNK | 0o777)
    with pytest.raises(NotABot, match="link"):
        unpack(path, tmp_path / "bots")


def test_a_file_that_swells_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("shop/bot.yaml", "bot: x")
        with packed.open("shop/media/zeros", "w", force_zip64=True) as zeros:
            for _ in range(LARGEST // (1 << 20) + 1):
                zeros.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(NotABot, match="larger than"):
        unpack(path, tmp_path / "bots")
    assert not (tmp_path / "bots").exists()


def deflated(path: Path, *entries: tuple[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in entries:
            packed.writestr(name, text)
    return path


def spoilt(path: Path, before: bytes, after: bytes) -> Path:
    path.write_bytes(path.read_bytes().replace(before, after))
    return path


def test_a_spoilt_file_is_told_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    long = ("shop/bot.yaml", "bot: x\n" * 1_000)
    torn = deflated(tmp_path / "torn.zip", long)
    begins = torn.read_bytes().index(b"shop/bot.yaml") + len("shop/bot.yaml")
    spoilt(torn, torn.read_bytes()[begins : begins + 6], b"\xff" * 6)
    named = zipped(tmp_path / "named.zip", long, ("shop/media/é", "x"))
    spoilt(named, "é".encode(), b"\xff\xff")
    with zipfile.ZipFile(tmp_path / "odd.zip", "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr(*long)
    deep = zipped(tmp_path / "deep.zip", long, ("shop/flows/" + "a/" * 2_000 + "x.yaml", "x"))
    for path in (torn, named, tmp_path / "odd.zip", deep):
        with pytest.raises(NotABot):
            unpack(path, tmp_path / "bots")
        assert not list((tmp_path / "bots").glob("*")), path


def test_what_is_no_zip_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(NotABot, match="no zip file"):
        unpack(path, tmp_path / "bots")


def test_a_bot_is_packed_and_unpacked_as_typed(tmp_path: Path) -> None:
    packed = run("pack", "shop", "--into", str(tmp_path))
    assert packed.returncode == 0, packed.stderr
    (path,) = tmp_path.glob("shop-*.zip")
    came = run("unpack", str(path), "--to", str(tmp_path / "bots"))
    assert came.returncode == 0, came.stderr
    assert run("check", str(tmp_path / "bots" / "shop")).returncode == 0
    again = run("unpack", str(path), "--to", str(tmp_path / "bots"))
    assert (again.returncode, "Traceback" in again.stderr) == (2, False)


def test_the_texts_become_a_table(tmp_path: Path) -> None:
    table = run("i18n", "shop")
    assert table.stdout.startswith("key,where,text,translation\n"), table.stderr
    assert "order_status.number.1,flows/order_status.yaml:13," in table.stdout
    out = tmp_path / "shop.po"
    assert run("i18n", "shop", "--out", str(out)).returncode == 0
    assert 'msgctxt "order_status.number.1"' in out.read_text()


def test_texts_that_a_table_could_misread_are_made_safe() -> None:
    place = Place("flows/a.yaml", 3)
    odd = [Phrase("a.b.1", place, '=1+1 "и"'), Phrase("a.b.2", place, 'Два\n"слова"\\')]
    assert as_csv(odd).splitlines()[1] == 'a.b.1,flows/a.yaml:3,"\'=1+1 ""и""",'
    assert as_po(odd).endswith('msgid ""\n"Два\\n"\n"\\"слова\\"\\\\"\nmsgstr ""\n')
