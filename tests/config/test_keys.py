"""Keys of what is sealed: given or made once, and made anew when they are rotated."""

from pathlib import Path

from config.environment import load_settings
from config.keys import add_kept_key, drop_older_keys, keys_at_hand
from config.settings import Settings

GIVEN = "k" * 40


def settings(data: Path, **given: str) -> Settings:
    written = {f"EASYFLOW_{name}": value for name, value in given.items()}
    return load_settings(written | {"EASYFLOW_DATA_DIR": str(data)})


def test_one_is_made_where_none_is_given_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    (key,) = keys_at_hand(settings(tmp_path))
    assert len(key) >= 40
    assert keys_at_hand(settings(tmp_path)) == [key]
    assert (tmp_path / "easyflow.key").stat().st_mode & 0o077 == 0


def test_given_keys_come_first_and_what_was_made_before_still_opens(tmp_path: Path) -> None:
    assert keys_at_hand(settings(tmp_path, KEYS=GIVEN)) == [GIVEN]
    assert not (tmp_path / "easyflow.key").exists()
    (made,) = keys_at_hand(settings(tmp_path))
    assert keys_at_hand(settings(tmp_path, KEYS=f"{GIVEN},{GIVEN[::-1]}x")) == [
        GIVEN,
        f"{GIVEN[::-1]}x",
        made,
    ]


def test_rotating_puts_a_new_key_first_and_then_drops_the_old_one(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    (old,) = keys_at_hand(ours)
    add_kept_key(ours)
    new, second = keys_at_hand(ours)
    assert second == old != new
    drop_older_keys(ours)
    assert keys_at_hand(ours) == [new]
    assert [path.name for path in tmp_path.iterdir()] == ["easyflow.key"]
    assert (tmp_path / "easyflow.key").stat().st_mode & 0o077 == 0


def test_keys_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"{GIVEN},\n{GIVEN[::-1]}y\n")
    found = settings(tmp_path / "data", KEYS_FILE=str(tmp_path / "keys"))
    assert keys_at_hand(found) == [GIVEN, f"{GIVEN[::-1]}y"]
