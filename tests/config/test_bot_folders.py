"""Bot folders: what is read, what is refused and how a change is noticed."""

import asyncio
from pathlib import Path

import pytest

from bots.model.bot_folder import BotFolderError
from config.bot_folders import bot_folders, read_bot_folder, watch


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    for name, text in {
        "bot.yaml": "bot: Shop\n",
        "canned.yaml": "hello: Hello\n",
        "flows/menu.yaml": "flow: menu\n",
        "flows/deep/more.yml": "flow: more\n",
        "flows/.menu.yaml.swp": "x",
        "flows/menu.yaml~": "x",
        "tests/menu.test.yaml": "test: one\n",
        "knowledge/faq.md": "# Questions\n",
        "knowledge/scan.pdf": "x",
        "media/hello.jpg": "x",
        "notes.txt": "mine",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def complaints(folder: Path) -> list[str]:
    with pytest.raises(BotFolderError) as error:
        read_bot_folder(folder)
    return error.value.lines


def test_a_folder_is_read_as_its_owner_wrote_it(shop: Path) -> None:
    bot = read_bot_folder(shop)
    assert bot.name == "shop"
    files = {"bot.yaml", "canned.yaml", "flows/menu.yaml", "flows/deep/more.yml"}
    assert set(bot.files) == files
    assert set(bot.tests) == {"tests/menu.test.yaml"}
    assert bot.knowledge == {"knowledge/faq.md": "# Questions\n"}
    assert bot.media == {"media/hello.jpg"}


def test_a_byte_order_mark_is_no_part_of_a_text(shop: Path) -> None:
    (shop / "bot.yaml").write_bytes(b"\xef\xbb\xbfbot: Shop\n")
    assert read_bot_folder(shop).files["bot.yaml"] == "bot: Shop\n"


def test_every_unreadable_file_is_named_with_its_cure(shop: Path, tmp_path: Path) -> None:
    (shop / "flows/menu.yaml").write_bytes("flow: меню".encode("cp1251"))
    (shop / "flows/big.yaml").write_text("#" * (1024 * 1024 + 1))
    (tmp_path / "outside.yaml").write_text("secret")
    (shop / "flows/link.yaml").symlink_to(tmp_path / "outside.yaml")
    (shop / "flows/lost.yaml").symlink_to(shop / "nowhere.yaml")
    lines = complaints(shop)
    assert len(lines) == 4
    text = "\n".join(lines)
    assert "menu.yaml: byte 6 is not UTF-8: save the file as UTF-8" in text
    assert "big.yaml: it is larger than 1 MiB" in text
    assert "link.yaml: it is a link out of the bot's folder" in text
    assert "lost.yaml: it is no ordinary file" in text


def test_media_that_lead_out_of_the_folder_are_refused(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "passwd").write_text("x")
    (shop / "media/passwd").symlink_to(tmp_path / "passwd")
    assert "link out" in complaints(shop)[0]


def test_a_folder_without_bot_yaml_is_no_bot(shop: Path) -> None:
    (shop / "bot.yaml").unlink()
    assert "there is no bot.yaml" in complaints(shop)[0]


def test_all_bots_of_a_directory_come_by_name(shop: Path) -> None:
    other = shop.parent / "Салон"
    other.mkdir()
    (other / "bot.yaml").write_text("bot: Салон")
    (shop.parent / "pictures").mkdir()
    (shop.parent / ".git").mkdir()
    assert [bot.name for bot in bot_folders(shop.parent)] == ["shop", "Салон"]


def test_complaints_about_all_bots_come_together(shop: Path) -> None:
    for name in ("first", "second"):
        (shop.parent / name / "flows").mkdir(parents=True)
    with pytest.raises(BotFolderError) as error:
        bot_folders(shop.parent)
    assert len(error.value.lines) == 2


def test_a_directory_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(BotFolderError, match="No such file"):
        bot_folders(tmp_path / "none")


async def test_a_saved_file_names_its_bot(shop: Path) -> None:
    changed = watch(shop.parent)

    async def save_until_noticed() -> None:
        # The watcher takes a moment to start, and nothing tells when it has.
        while True:
            (shop / "flows/menu.yaml").write_text("flow: menu\nabout: new\n")
            await asyncio.sleep(0.1)

    saving = asyncio.create_task(save_until_noticed())
    async with asyncio.timeout(60):
        assert await anext(changed) == {"shop"}
    saving.cancel()
    await changed.aclose()  # type: ignore[attr-defined]
