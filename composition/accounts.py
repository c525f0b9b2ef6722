"""People and keys: who signs in, who calls, who answers customers; in the server or beside it."""

import secrets
import time
from functools import partial
from typing import TYPE_CHECKING

from adapters.ids import Ids
from bots.services.accounts import Accounts
from bots.services.guessing import Guessing
from bots.services.keys import Keys
from bots.services.members import Members
from bots.services.operators import Operators
from bots.services.passwords import Passwords
from bots.services.second_factor import SecondFactor
from bots.services.sessions import Sessions, SigningKeys
from bots.services.signing_in import SigningIn
from composition.assistants import known
from composition.here import now
from composition.house import House
from config.keys import keys_at_hand
from config.settings import Settings
from storage.operators import SqlOperators
from storage.stores import Stores
from storage.vault import KeyRing

if TYPE_CHECKING:
    from storage.beside import Beside


def accounts_of(settings: Settings, stores: "Stores | Beside") -> Accounts:
    """Who may call, by keys and by signing in; in the server or beside it."""
    return Accounts(
        stores.accounts,
        Keys(stores.keys, clock=now, random_bytes=secrets.token_bytes),
        passwords=Passwords(
            random_bytes=secrets.token_bytes, public=settings.public_url is not None
        ),
        clock=now,
        random_bytes=secrets.token_bytes,
        sessions=Sessions(
            stores.sessions,
            keys=SigningKeys(partial(keys_at_hand, settings), now),
            clock=now,
            new_id=Ids(time.time_ns, secrets.token_bytes),
            random_bytes=secrets.token_bytes,
        ),
    )


def signing_in_of(settings: Settings, house: House) -> SigningIn:
    """How people come in; whatever a new workspace begins with is named here."""
    stores, accounts = house.stores, house.accounts
    assert accounts.sessions is not None
    return SigningIn(
        store=stores.accounts,
        workspaces=stores.workspaces,
        sessions=accounts.sessions,
        passwords=accounts.passwords,
        second_factor=second_factor_of(settings, stores),
        guessing=Guessing(stores.guesses, now),
        clock=now,
        registration=settings.registers,
        opened=[house.billing.opened, known(house.assistants).ensure_first],
    )


def second_factor_of(settings: Settings, stores: "Stores | Beside") -> SecondFactor:
    """What is asked for beside passwords."""
    return SecondFactor(
        stores.second_factors,
        guesses=stores.guesses,
        vault=KeyRing(partial(keys_at_hand, settings)),
        clock=now,
        random_bytes=secrets.token_bytes,
    )


def members_of(stores: "Stores | Beside", accounts: Accounts) -> Members:
    """The people of workspaces, in the server or beside it."""
    return Members(
        stores.accounts,
        stores.workspaces,
        keys=accounts.keys,
        passwords=accounts.passwords,
        clock=now,
        random_bytes=secrets.token_bytes,
        sessions=accounts.sessions,
    )


def operators_of(store: SqlOperators, workspace: int) -> Operators:
    """The operators of a workspace, beside the server or in it."""
    return Operators(store, workspace=workspace, clock=now, random_bytes=secrets.token_bytes)
