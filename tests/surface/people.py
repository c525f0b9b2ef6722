"""People of a running server: its owner, whoever registers, and what each of them sends."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.servers.easyflow import KEY, EasyFlow

PASSWORD = "password123"
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a credential; `call` gives the status and the answer."""

    server: EasyFlow
    credential: str
    id: int = 0
    email: str = ""
    password: str = PASSWORD

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        return self.server.call(method, path, body, key=self.credential, **more)

    def get(self, path: str) -> Any:
        """What is there. Raises AssertionError for any other status than 200."""
        status, answer = self.call("GET", path)
        assert status == 200, (status, answer)
        return answer

    @property
    def headers(self) -> dict[str, str]:
        """For clients of one's own."""
        return {"Authorization": f"Bearer {self.credential}"}


def owner(server: EasyFlow) -> Person:
    """The owner of the server, by their secret key."""
    return Person(server=server, credential=KEY, id=1, email="owner@example.com")


def some_email() -> str:
    """One that nobody has."""
    return f"person{next(_numbers)}@example.com"


def register(server: EasyFlow, email: str = "", **more: Any) -> Person:
    """Somebody new, in a workspace of their own unless an invitation leads elsewhere."""
    email = email or some_email()
    body = {"email": email, "password": PASSWORD, "first_name": "John", "last_name": "Doe", **more}
    status, answer = server.call("POST", "/api/auth/register", body, key=None)
    assert status == 201, (status, answer)
    return _person(server, answer, str(body["password"]))


def login(server: EasyFlow, email: str, password: str = PASSWORD, **more: Any) -> Person:
    """Somebody who signs in anew."""
    body = {"email": email, "password": password, **more}
    status, answer = server.call("POST", "/api/auth/login", body, key=None)
    assert status == 200, (status, answer)
    return _person(server, answer, password)


def _person(server: EasyFlow, answer: Any, password: str) -> Person:
    user = answer["user"]
    return Person(
        server=server,
        credential=answer["access_token"],
        id=user["id"],
        email=user["email"],
        password=password,
    )
