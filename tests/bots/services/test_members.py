"""The people of a workspace: roles, who stays the owner, and what goes with whoever goes."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest

from bots.errors import Conflict, Invalid, NotFound, Unauthorised
from bots.model.account import Account, Caller
from bots.model.operator import Operator
from storage.db import Db
from tests.bots.services.entrance import EMAIL, Entrance

_ASSISTANT = (
    "INSERT INTO assistants (workspace, bot, name, description, system_prompt, ai_model, active,"
    " website, domains, username, created_at, updated_at)"
    " VALUES (1, 'shop', '', '', '', '', 1, 1, '[]', '', 0, 0)"
)
_TALK = (
    "INSERT INTO conversations (uuid, workspace, bot, channel, chat_id, platform, user_id,"
    " customer_id, owner, status, unreachable, keyboard, claim, epoch, seq, position, context,"
    " created_at, updated_at)"
    " VALUES ('u', 1, 'shop', 'web', '1', 'web', '1', 1, 'bot', 'active', 0, 0, 0, 0, 1, '{}',"
    " '{}', 0, 0)"
)


async def run(entrance: Entrance, statement: str) -> None:
    """A statement in the writer's thread."""

    def work(db: Db, items: Sequence[str]) -> list[None]:
        for one in items:
            db.execute(one)
        return [None] * len(items)

    await entrance.stores.base.writer.do(work, statement)


async def hired(entrance: Entrance, email: str = "bob@example.com", role: str = "owner") -> Account:
    made, _ = await entrance.members.add(
        email,
        workspace=1,
        role=role,  # type: ignore[arg-type]
        first_name="Bob",
        last_name="",
    )
    return made


async def test_the_last_owner_stays(entrance: Entrance) -> None:
    anna = (await entrance.register()).account
    bob = await hired(entrance, role="admin")
    with pytest.raises(Conflict) as refused:
        await entrance.members.give_role(anna, "viewer")
    assert refused.value.code == "last_owner"
    with pytest.raises(Conflict):
        await entrance.members.remove(anna)
    await entrance.members.give_role(bob, "owner")
    await entrance.members.remove(anna)
    assert [one.email for one in await entrance.members.all(1)] == ["bob@example.com"]


async def test_of_owners_who_all_resign_at_once_one_stays(entrance: Entrance) -> None:
    people = [(await entrance.register()).account]
    people += [await hired(entrance, f"p{number}@example.com") for number in range(19)]
    outcomes = await asyncio.gather(
        *(entrance.members.give_role(one, "viewer") for one in people[:10]),
        *(entrance.members.remove(one) for one in people[10:]),
        return_exceptions=True,
    )
    assert Counter(type(one).__name__ for one in outcomes)["Conflict"] == 1
    owners = [one for one in await entrance.members.all(1) if one.role == "owner"]
    assert len(owners) == 1


async def test_whoever_is_removed_is_out_with_their_keys_and_may_come_back(
    entrance: Entrance,
) -> None:
    await entrance.register()
    bob = await hired(entrance, role="lead")
    theirs = await entrance.keys.add(workspace=1, account_id=bob.id, name="ci")
    site = await entrance.keys.add(
        workspace=1, account_id=bob.id, name="page", kind="site", bot="shop"
    )
    assert await entrance.members.remove(bob) == 1
    with pytest.raises(Unauthorised):
        await entrance.accounts.caller(theirs.text)
    # A key that stands on a page is public anyway, and the page goes on.
    assert (await entrance.accounts.caller(site.text)).kind == "site"
    again = await hired(entrance, role="viewer")
    assert (again.id != bob.id, again.email) == (True, bob.email)


async def test_an_operator_is_one_account(entrance: Entrance) -> None:
    anna = (await entrance.register()).account
    bob = await hired(entrance, role="operator")
    operators = entrance.stores.operators
    new = Operator(id=0, workspace=1, name="Olya")
    olya = await operators.put(new, now=entrance.clock())
    await entrance.members.link(bob, olya)
    with pytest.raises(Conflict):
        await entrance.members.link(anna, olya)
    await entrance.members.remove(bob)
    await entrance.members.link(anna, olya)


async def test_another_workspaces_operator_and_person_are_not_found(entrance: Entrance) -> None:
    await entrance.register()
    bob = (await entrance.register("bob@example.com")).account
    new = Operator(id=0, workspace=1, name="Olya")
    olya = await entrance.stores.operators.put(new, now=entrance.clock())
    with pytest.raises(NotFound):
        await entrance.members.link(bob, olya)
    with pytest.raises(NotFound):
        await entrance.members.me(Caller(workspace=1, account_id=bob.id, key_id=None))
    with pytest.raises(NotFound):
        await entrance.keys.revoke(
            1,
            (
                await entrance.keys.add(workspace=bob.workspace, account_id=bob.id, name="theirs")
            ).key.id,
        )


async def test_names_are_cleaned_and_bounded(entrance: Entrance) -> None:
    anna = (await entrance.register()).account
    caller = Caller(workspace=1, account_id=anna.id, key_id=None)
    changed = await entrance.members.rename(caller, first_name="  Анна   Мария ")
    assert (changed.first_name, changed.last_name) == ("Анна Мария", "")
    for bad in ("x" * 65, "a\u202eb", "a\x07"):
        with pytest.raises(Invalid):
            await entrance.members.rename(caller, last_name=bad)


async def test_onboarding_is_over_with_a_name_and_a_first_talk_and_then_for_good(
    entrance: Entrance,
) -> None:
    anna = (await entrance.register()).account
    caller = Caller(workspace=1, account_id=anna.id, key_id=None)

    async def over() -> bool:
        return await entrance.members.onboarded(await entrance.members.me(caller))

    await entrance.members.rename(caller, first_name="Anna")
    await run(entrance, _ASSISTANT)
    assert not await over()
    await run(entrance, _TALK)
    assert await over()
    await run(entrance, "DELETE FROM assistants")
    assert await over()


async def test_a_password_that_was_made_anew_ends_what_was_open(entrance: Entrance) -> None:
    token = (await entrance.register()).tokens.access
    password = await entrance.members.new_password(await entrance.members.anywhere(EMAIL))
    with pytest.raises(Unauthorised):
        await entrance.accounts.caller(token)
    await entrance.log_in(password=password)
