"""What stands where nobody traces, and imports nothing for it: every part as it is."""

from typing import Protocol

from adapters.guarded_http import Answer, Request
from bots.ports import Actions, Journal
from bots.responder import Decides


class Fetch(Protocol):
    """Makes a call of another system."""

    async def __call__(self, request: Request) -> Answer: ...


class Untraced:
    """Gives the parts as they are."""

    def journal(self, journal: Journal) -> Journal:
        return journal

    def decider(self, decider: Decides) -> Decides:
        return decider

    def actions(self, actions: Actions) -> Actions:
        return actions

    def fetch(self, fetch: Fetch) -> Fetch:
        return fetch
