"""Everything people come in by, over a real database, with quick hashes and a clock of our own."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

from bots.model.account import Account
from bots.services.accounts import Accounts
from bots.services.guessing import Guessing
from bots.services.keys import Keys
from bots.services.members import Members
from bots.services.passwords import Passwords
from bots.services.second_factor import SecondFactor
from bots.services.sessions import LASTING, Kind, Sessions, SigningKeys, Whence
from bots.services.signing_in import Registering, Registration, SignedIn, SigningIn
from storage.sqlite import open_sqlite
from storage.stores import Stores
from storage.vault import KeyRing
from tests.adapters.http.fake_people import QuickHasher
from tests.adapters.http.fake_time import Time, ids

EMAIL, PASSWORD = "anna@example.com", "a secret of Anna's"
HOME = Whence(address="203.0.113.7", agent="a browser")


class Entrance:
    """Built anew by `open`, as after a restart; `ring` are the keys at hand."""

    def __init__(self, path: Path) -> None:
        self.clock = Time()
        self.hasher = QuickHasher()
        self.ring = ["the first key of the tests, long enough"]
        self.opened: list[Callable[[Account], Awaitable[object]]] = []
        self.registration: Registration = "open"
        self.public = False
        self._path = path
        self._chance = Random(7).randbytes
        self._new_id = ids()
        self.stores: Stores

    async def open(self) -> None:
        self.stores = stores = await open_sqlite(self._path, new_id=self._new_id, clock=self.clock)
        self.build(stores)

    def build(self, stores: Stores) -> None:
        """The services, by what is set now."""
        self.sessions = Sessions(
            stores.sessions,
            keys=SigningKeys(lambda: self.ring, self.clock),
            clock=self.clock,
            new_id=self._new_id,
            random_bytes=self._chance,
        )
        self.passwords = Passwords(
            random_bytes=self._chance, hasher=self.hasher, public=self.public
        )
        self.keys = Keys(stores.keys, clock=self.clock, random_bytes=self._chance)
        self.accounts = Accounts(
            stores.accounts,
            self.keys,
            passwords=self.passwords,
            clock=self.clock,
            random_bytes=self._chance,
            sessions=self.sessions,
        )
        self.second_factor = SecondFactor(
            stores.second_factors,
            guesses=stores.guesses,
            vault=KeyRing(lambda: self.ring),
            clock=self.clock,
            random_bytes=self._chance,
        )
        self.guessing = Guessing(stores.guesses, self.clock)
        self.signing_in = SigningIn(
            store=stores.accounts,
            workspaces=stores.workspaces,
            sessions=self.sessions,
            passwords=self.passwords,
            second_factor=self.second_factor,
            guessing=self.guessing,
            clock=self.clock,
            registration=self.registration,
            opened=self.opened,
        )
        self.members = Members(
            stores.accounts,
            stores.workspaces,
            keys=self.keys,
            passwords=self.passwords,
            clock=self.clock,
            random_bytes=self._chance,
            sessions=self.sessions,
        )

    async def close(self) -> None:
        await self.stores.close()

    # ------------------------------------------------------------ in short

    async def register(
        self, email: str = EMAIL, *, invitation: str = "", kind: Kind = LASTING
    ) -> SignedIn:
        who = Registering(email=email, password=PASSWORD, invitation=invitation)
        return await self.signing_in.register(who, kind, HOME)

    async def log_in(
        self,
        email: str = EMAIL,
        password: str = PASSWORD,
        *,
        address: str = HOME.address,
        code: str | None = None,
        kind: Kind = LASTING,
    ) -> SignedIn:
        whence = Whence(address=address)
        return await self.signing_in.log_in(email, password, kind, whence, code=code)
