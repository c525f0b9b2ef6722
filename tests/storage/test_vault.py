"""What is sealed opens with any key of the ring, for its own place alone, and with no other."""

import pytest

from bots.errors import Locked
from storage.vault import KeyRing

OLD, NEW = "old-key-" * 5, "new-key-" * 5
SECRET = "123456:AAE-тайна"


def ring(*keys: str) -> KeyRing:
    return KeyRing(lambda: keys)


def test_what_is_sealed_opens_again_and_shows_nothing() -> None:
    sealed = ring(OLD).seal(SECRET, "row 1")
    assert ring(OLD).open(sealed, "row 1") == SECRET
    assert SECRET not in sealed
    assert OLD not in sealed


def test_the_same_secret_is_never_sealed_alike() -> None:
    assert ring(OLD).seal(SECRET, "row 1") != ring(OLD).seal(SECRET, "row 1")


def test_every_key_opens_and_the_first_seals() -> None:
    old = ring(OLD).seal(SECRET, "row 1")
    both = ring(NEW, OLD)
    assert both.open(old, "row 1") == SECRET
    assert ring(NEW).open(both.seal(SECRET, "row 1"), "row 1") == SECRET


def test_without_its_key_it_stays_locked_and_says_which_key_it_needs() -> None:
    sealed = ring(OLD).seal(SECRET, "row 1")
    number = sealed.split(".")[1]
    with pytest.raises(Locked, match=f"the key {number}, which is not in EASYFLOW_KEYS"):
        ring(NEW).open(sealed, "row 1")


def test_what_was_moved_or_changed_does_not_open() -> None:
    sealed = ring(OLD).seal(SECRET, "row 1")
    with pytest.raises(Locked, match="changed or moved"):
        ring(OLD).open(sealed, "row 2")
    head, _, body = sealed.rpartition(".")
    spoilt = ("B" if body[20] == "A" else "A").join((body[:20], body[21:]))
    with pytest.raises(Locked, match="changed or moved"):
        ring(OLD).open(f"{head}.{spoilt}", "row 1")


@pytest.mark.parametrize("odd", ["", "v1", "v1.0.", "v2.0.AAAA", "v1..", "v1.00000000.%%%"])
def test_what_was_never_sealed_is_locked(odd: str) -> None:
    with pytest.raises(Locked):
        ring(OLD).open(odd, "row 1")


@pytest.mark.parametrize("keys", [(), ("",), ("short",), ("x" * 31, "")])
def test_without_a_long_key_nothing_is_sealed(keys: tuple[str, ...]) -> None:
    with pytest.raises(Locked, match="no key of 32 characters"):
        ring(*keys).seal(SECRET, "row 1")
    with pytest.raises(Locked):
        ring(*keys).open(ring(OLD).seal(SECRET, "row 1"), "row 1")
    assert ring(*keys, OLD).open(ring(OLD).seal(SECRET, "row 1"), "row 1") == SECRET


def test_a_key_that_comes_later_is_asked_for_when_it_is_needed() -> None:
    keys = [OLD]
    one = KeyRing(lambda: keys)
    assert one.open(one.seal(SECRET, "row 1"), "row 1") == SECRET
    keys[:] = [NEW, OLD]
    by_another = ring(NEW).seal(SECRET, "row 1")
    assert one.open(by_another, "row 1") == SECRET
