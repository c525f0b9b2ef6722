"""G1, as the system saw it: an update is synced to disk before its messenger is answered 200."""

from pathlib import Path

from tests.faults.rig.cold import ColdEasyFlow
from tests.faults.rig.installation import BOTS
from tests.faults.rig.telegram import PATH
from tests.faults.rig.trace import Asked, Trace
from tests.servers.easyflow import SECRET
from tests.servers.telegram import TOKEN, FakeTelegram, message

WRITING = ("write", "writev", "sendto", "sendmsg")
WORDS = "a word that stands nowhere else"


def test_an_update_is_synced_before_it_is_acknowledged(tmp_path: Path) -> None:
    trace = Trace(tmp_path / "trace")
    with FakeTelegram.start() as telegram:
        server = ColdEasyFlow(
            tmp_path / "data",
            before=trace.before,
            bots=BOTS,
            telegram__token=TOKEN,
            telegram__webhook_secret=SECRET,
            telegram__api_base=telegram.base,
            public_url="http://127.0.0.1",
        )
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        with server:
            body = {"update_id": 1, **message(1000, WORDS)}
            status, _ = server.call("POST", PATH, body, key=None, headers=headers)
    assert status == 200
    calls = trace.calls()
    came = next(place for place, one in enumerate(calls) if WORDS in one.text)
    answered = next(place for place, one in enumerate(calls[came:], came) if _answers(one))
    assert any(map(_syncs_the_log, calls[came:answered])), calls[came : answered + 1]


def _answers(one: Asked) -> bool:
    return one.call in WRITING and "HTTP/1.1 200 OK" in one.text


def _syncs_the_log(one: Asked) -> bool:
    done = one.text.rstrip().endswith("= 0")
    return one.call in ("fdatasync", "fsync") and "easyflow.db-wal" in one.text and done
