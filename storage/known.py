"""The conversations this process holds the claim of, so that most turns read nothing."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from itertools import islice
from operator import attrgetter
from sys import intern
from typing import Any, get_type_hints

import msgspec

from bots.model.conversation import Conversation
from bots.model.episode import Episode
from bots.model.message import Address
from storage.rows import to_json

WHOLE = 1024
"""Conversations kept as they are, some 3 kB each; those that were quiet for longer are kept packed."""


class _Customer:
    """What is known of a person; one for all their conversations that are kept whole."""

    __slots__ = ("chats", "profile", "user")

    def __init__(self, user: Mapping[str, Any], profile: Mapping[str, Any]) -> None:
        self.user = user
        self.profile = profile
        self.chats = 0


class Known:
    """The `size` conversations used last, of which the latest `whole` are ready and the others packed.

    Whoever is packed is their customer's only one: what changes of a customer would not reach it. Of
    two conversations of one customer the quieter is dropped in place of that; the next claim reads it.
    """

    def __init__(self, size: int, *, whole: int = WHOLE) -> None:
        self._whole = whole
        self._most_packed = size - whole
        self._entries: OrderedDict[Address, tuple[Conversation, _Customer]] = OrderedDict()
        self._customers: dict[int, _Customer] = {}
        self._packed: dict[Address, bytes] = {}
        self._packed_of: dict[int, Address] = {}

    def get(self, address: Address) -> Conversation | None:
        entry = self._entry(address)
        if entry is None:
            return None
        self._entries.move_to_end(address)
        conversation, customer = entry
        if conversation.user is not customer.user or conversation.profile is not customer.profile:
            conversation = replace(conversation, user=customer.user, profile=customer.profile)
            self._entries[address] = (conversation, customer)
        return conversation

    def epoch(self, address: Address) -> int | None:
        entry = self._entry(address)
        return None if entry is None else entry[0].epoch

    def status(self, address: Address) -> str | None:
        entry = self._entry(address)
        return None if entry is None else entry[0].status

    def episode(self, address: Address) -> Episode | None:
        entry = self._entry(address)
        return None if entry is None else entry[0].episode

    def keep(
        self,
        conversation: Conversation,
        *,
        user_changed: bool = False,
        profile_changed: bool = False,
    ) -> None:
        address, id = conversation.address, conversation.customer_id
        if (packed := self._packed_of.pop(id, None)) is not None:
            del self._packed[packed]
        entry = self._entries.get(address)
        if entry is None:
            customer = self._customers.get(id)
            if customer is None:
                customer = _Customer(conversation.user, conversation.profile)
                self._customers[id] = customer
            customer.chats += 1
        else:
            customer = entry[1]
        if user_changed:
            customer.user = conversation.user
        if profile_changed:
            customer.profile = conversation.profile
        self._entries[address] = (conversation, customer)
        self._entries.move_to_end(address)
        if len(self._entries) > self._whole:
            self._put_away()

    def drop_all(self, which: Callable[[Address], bool]) -> None:
        for address in [address for address in (*self._entries, *self._packed) if which(address)]:
            self.drop(address)

    def drop(self, address: Address) -> None:
        if address in self._entries:
            self._taken_out(address)
        elif address in self._packed:
            self._unpack(address)

    # ------------------------------------------------------------ inside

    def _entry(self, address: Address) -> tuple[Conversation, _Customer] | None:
        entry = self._entries.get(address)
        if entry is None and address in self._packed:
            self.keep(self._unpack(address))
            entry = self._entries[address]
        return entry

    def _taken_out(self, address: Address) -> tuple[Conversation, _Customer]:
        conversation, customer = self._entries.pop(address)
        customer.chats -= 1
        if not customer.chats:
            del self._customers[conversation.customer_id]
        return conversation, customer

    def _put_away(self) -> None:
        """Pack the one that was quiet for longest."""
        conversation, customer = self._taken_out(next(iter(self._entries)))
        if customer.chats:
            return
        if len(self._packed) >= self._most_packed:
            # Many at a time: to find the eldest of a dictionary is dear where it was often done.
            for eldest in list(islice(self._packed, self._most_packed // 16 + 1)):
                self._unpack(eldest)
        workspace, bot, channel, chat_id = conversation.address
        address = Address(workspace, intern(bot), intern(channel), chat_id)
        if conversation.user is not customer.user or conversation.profile is not customer.profile:
            conversation = replace(conversation, user=customer.user, profile=customer.profile)
        self._packed[address] = to_json(_values(conversation)).encode()
        self._packed_of[conversation.customer_id] = address

    def _unpack(self, address: Address) -> Conversation:
        found = msgspec.structs.asdict(_decoder.decode(self._packed.pop(address)))
        del self._packed_of[found["customer_id"]]
        return Conversation(address=address, **found)


_NAMES = [field.name for field in fields(Conversation) if field.name != "address"]
_TYPES = get_type_hints(Conversation)
_values = attrgetter(*_NAMES)
_decoder = msgspec.json.Decoder(
    msgspec.defstruct("_Packed", [(name, _TYPES[name]) for name in _NAMES], array_like=True)
)
