"""Credentials as an owner gives them to `channels add`: by variables, by typing, or made up."""

import pytest

from adapters.terminal.channels import credentials_of, from_variables
from adapters.terminal.leaving import Refused
from bots.messengers import Account, Credential, Messenger
from bots.ports import MessengerChannel


def never(account: Account) -> MessengerChannel:
    raise AssertionError("nothing is opened here")


POST = Messenger(
    name="post",
    title="Pigeon post",
    capabilities=(),
    credentials=(
        Credential(name="token", meaning="On the leg"),
        Credential(name="number", meaning="Of the loft", secret=False, required=False),
        Credential(name="secret", meaning="Made up", required=False, made=True),
    ),
    api_base="",
    open=never,
)


def test_what_is_not_given_is_asked_for_and_secrets_of_ours_are_made() -> None:
    asked: list[str] = []

    def ask(credential: Credential) -> str:
        asked.append(credential.name)
        return {"token": "t"}.get(credential.name, "")

    found = credentials_of(POST, {}, ask=ask, new_secret=lambda: "fresh")
    assert found == {"token": "t", "secret": "fresh"}
    assert asked == ["token", "number"]


def test_with_variables_nothing_is_asked() -> None:
    given = from_variables(["token=A", "secret=B"], {"A": "t", "B": "mine"})
    found = credentials_of(POST, given, ask=None, new_secret=lambda: "fresh")
    assert found == {"token": "t", "secret": "mine"}


def test_what_is_missing_or_unknown_is_named() -> None:
    with pytest.raises(Refused, match="Pigeon post needs token: On the leg"):
        credentials_of(POST, {}, ask=None, new_secret=str)
    with pytest.raises(Refused, match="has no tokn, only token, number, secret"):
        credentials_of(POST, {"tokn": "t"}, ask=None, new_secret=str)
    with pytest.raises(Refused, match="the variable A is not set"):
        from_variables(["token=A"], {})
