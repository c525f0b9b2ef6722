"""The hand on the fake YooKassa: tests pay and cancel by it, and see what was asked."""

from typing import Any, Self

from tests.servers.fake import Fake

SHOP_ID, SECRET = "100500", "test_secret"


class FakeYooKassa(Fake):
    """A running server; `with` ends its process afterwards."""

    @classmethod
    def start(cls, *, port: int = 0) -> Self:
        shop = f"{SHOP_ID}:{SECRET}"
        return cls("tests.servers.fake_yookassa", "--shop", shop, quiet=False, port=port)

    @property
    def payments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", "/__state")["payments"]
        return found

    @property
    def calls(self) -> list[str]:
        found: list[str] = self._ask("GET", "/__state")["calls"]
        return found

    def pay(self, id: str) -> None:
        self._ask("POST", "/__pay", {"id": id})

    def cancel(self, id: str) -> None:
        self._ask("POST", "/__cancel", {"id": id})

    def away(self, away: bool = True, *, silent: bool = False) -> None:
        """Answer 500 to everything; or, `silent`, do what is asked and hang up without a word."""
        self._ask("POST", "/__away", {"away": away, "silent": silent})

    def refuse(self, error: dict[str, Any] | None) -> None:
        """Refuse new payments with this error, or take them again."""
        self._ask("POST", "/__refuse", {"error": error})
