"""What is remembered has an end, and the newest is what stays."""

from adapters.newest import Newest


def test_what_was_not_used_for_the_longest_is_forgotten() -> None:
    kept: Newest[int, str] = Newest(3)
    for number in range(10):
        kept.put(number, str(number))
    kept.put(7, "again")
    assert kept.get(8) == "8"
    kept.put(10, "10")
    assert [number for number in range(11) if number in kept] == [7, 8, 10]
    assert kept.get(7) == "again"


def test_what_is_dropped_is_not_there() -> None:
    kept: Newest[str, int] = Newest()
    kept.put("a", 1)
    kept.drop("a")
    kept.drop("b")
    assert kept.get("a") is None
    kept.put("c", 2)
    kept.clear()
    assert "c" not in kept
