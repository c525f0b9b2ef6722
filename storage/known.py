"""The conversations this process holds the claim of, so that most turns read nothing."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from bots.model.conversation import Conversation
from bots.model.episode import Episode
from bots.model.message import Address


class _Customer:
    """What is known of a person; one for all their conversations that are known."""

    __slots__ = ("__weakref__", "profile", "user")

    def __init__(self, user: Mapping[str, Any], profile: Mapping[str, Any]) -> None:
        self.user = user
        self.profile = profile


class Known:
    """The most recently used `size` conversations."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[Address, tuple[Conversation, _Customer]] = OrderedDict()
        self._customers: WeakValueDictionary[int, _Customer] = WeakValueDictionary()

    def get(self, address: Address) -> Conversation | None:
        entry = self._entries.get(address)
        if entry is None:
            return None
        self._entries.move_to_end(address)
        conversation, customer = entry
        if conversation.user is not customer.user or conversation.profile is not customer.profile:
            conversation = replace(conversation, user=customer.user, profile=customer.profile)
            self._entries[address] = (conversation, customer)
        return conversation

    def epoch(self, address: Address) -> int | None:
        entry = self._entries.get(address)
        return None if entry is None else entry[0].epoch

    def status(self, address: Address) -> str | None:
        entry = self._entries.get(address)
        return None if entry is None else entry[0].status

    def episode(self, address: Address) -> Episode | None:
        entry = self._entries.get(address)
        return None if entry is None else entry[0].episode

    def keep(
        self,
        conversation: Conversation,
        *,
        user_changed: bool = False,
        profile_changed: bool = False,
    ) -> None:
        customer = self._customers.get(conversation.customer_id)
        if customer is None:
            customer = _Customer(conversation.user, conversation.profile)
            self._customers[conversation.customer_id] = customer
        if user_changed:
            customer.user = conversation.user
        if profile_changed:
            customer.profile = conversation.profile
        self._entries[conversation.address] = (conversation, customer)
        self._entries.move_to_end(conversation.address)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def drop_all(self, which: Callable[[Address], bool]) -> None:
        for address in [address for address in self._entries if which(address)]:
            del self._entries[address]

    def drop(self, address: Address) -> None:
        self._entries.pop(address, None)
