"""Places on the internet: what counts as one, and what it may open and send."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.messengers.web.neighbours import Neighbours, place_of

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("93.184.216.34", "93.184.216.34"),
        ("::ffff:93.184.216.34", "93.184.216.34"),
        ("2a00:1450:4010:c0f::71", "2a00:1450:4010:c0f::"),
        ("2a00:1450:4010:c0f:1:2:3:4", "2a00:1450:4010:c0f::"),
        ("127.0.0.1", None),
        ("10.1.2.3", None),
        ("::ffff:10.1.2.3", None),
        ("::1", None),
        ("fd00::1", None),
        ("testclient", None),
        ("", None),
        (None, None),
    ],
)
def test_neighbours_share_a_place_and_our_own_network_is_none(
    host: str | None, place: str | None
) -> None:
    assert place_of(host) == place


def test_sockets_are_counted_as_they_come_and_leave() -> None:
    neighbours = Neighbours(lambda: NOW, sockets=2)
    assert [neighbours.come("93.184.216.34") for _ in range(3)] == [True, True, False]
    assert neighbours.come("93.184.216.35")
    neighbours.leave("93.184.216.34")
    assert neighbours.come("93.184.216.34")
    assert all(neighbours.come("10.0.0.1") for _ in range(10))


def test_what_was_sent_counts_for_a_period() -> None:
    now = NOW
    neighbours = Neighbours(lambda: now, bytes=100)
    neighbours.sent("93.184.216.34", 100)
    assert not neighbours.may_send("93.184.216.34")
    assert neighbours.may_send("93.184.216.35")
    now += timedelta(minutes=11)
    assert neighbours.may_send("93.184.216.34")


def test_frames_count_for_seconds() -> None:
    now = NOW
    neighbours = Neighbours(lambda: now, frames=2)
    assert [neighbours.writes("93.184.216.34") for _ in range(3)] == [True, True, False]
    assert neighbours.writes("93.184.216.35")
    assert all(neighbours.writes("10.0.0.1") for _ in range(10))
    now += timedelta(seconds=11)
    assert neighbours.writes("93.184.216.34")
