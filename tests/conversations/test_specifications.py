"""Everything that was called in the conversations, held against the platforms' specifications.

By its name it comes behind them all; alone, it holds one conversation of its own.
"""

from tests.conversations.customer import Customer
from tests.conversations.side import Side


async def test_every_call_is_as_the_platform_specifies_it(customer: Customer, side: Side) -> None:
    await customer.says("/two")
    await customer.hears("Куда едем?")
    await customer.chooses("Домой")
    await customer.hears("Едем: домой")
    await side.settled()
    assert list(side.unspecified()) == []
