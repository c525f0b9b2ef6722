"""Whose money there is: plans, balances, and who takes payments."""

import secrets
from functools import partial

from adapters.payments.sandbox import Sandbox
from adapters.payments.sandbox_top_ups import SandboxTopUps
from adapters.payments.yookassa import YooKassa
from bots.model.billing import Plan
from bots.services.billing import Billing
from composition.here import now
from composition.house import House
from config.settings import Settings
from storage.stores import Stores


def billing_of(settings: Settings, stores: Stores) -> Billing:
    """The money of workspaces, by the plans of the settings."""
    bonus = int(settings.billing.welcome_bonus * 100)
    return Billing(stores.ledger, plans=plans_of(settings), bonus=bonus, clock=now)


def plans_of(settings: Settings) -> dict[str, Plan]:
    """The plans of the settings by their names."""
    return {
        name: Plan(
            name=name,
            price=int(plan.price * 100),
            messages=plan.messages or None,
            storage=plan.storage_mb * 1_000_000 or None,
        )
        for name, plan in settings.plans
    }


def till_of(settings: Settings, stores: Stores, base: str) -> SandboxTopUps | YooKassa | None:
    """Who takes what workspaces put on their balances."""
    shop = settings.yookassa
    if shop.shop_id is not None and shop.secret is not None:
        return YooKassa(shop.shop_id, shop.secret.get_secret_value(), api_base=shop.api_base)
    if not settings.plays_top_ups:
        return None
    return SandboxTopUps(
        partial(stores.top_ups.by_reference, SandboxTopUps.name),
        base=base,
        clock=now,
        new_secret=partial(secrets.token_urlsafe, 24),
    )


def bank_of(stores: Stores, workspace: int, base: str) -> Sandbox:
    """The bank that only plays one, at the address at which customers reach our pages."""
    return Sandbox(
        stores.shelf,
        workspace=workspace,
        base=base,
        new_secret=partial(secrets.token_urlsafe, 24),
    )


async def pay_at(house: House, url: str) -> bool:
    """Pay the invoice whose page is at an address; False where there is none."""
    id = await house.bank.invoice_at(url)
    if id is not None:
        await house.payments.paid(house.workspace, id)
    return id is not None
