"""Keys of models: sealed for their row, taken by priority, never beyond their limits."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bots.errors import Unavailable
from bots.model.ai_token import AiKey, NewAiToken
from bots.services.ai_tokens import AiTokens, masked
from storage.sealed import Seals
from storage.stores import Stores
from storage.vault import KeyRing
from tests.storage.conftest import HandClock, House

OLD, NEW = "old-key-" * 5, "new-key-" * 5
MAIN = NewAiToken(
    name="Primary",
    token="sk-main-0123456789-CANARY",
    models=("gpt-4", "gpt-3.5-turbo"),
    daily_limit=3,
    monthly_limit=5,
)
SPARE = replace(MAIN, name="Spare", token="sk-spare-0123456789", models=("gpt-4",), priority=2)


@pytest.fixture
def keys() -> list[str]:
    return [OLD]


@pytest.fixture
def tokens(stores: Stores, keys: list[str], clock: HandClock) -> AiTokens:
    return AiTokens(stores.ai_tokens(KeyRing(lambda: keys)), clock=clock)


async def used(tokens: AiTokens, model: str = "gpt-4") -> str:
    key = await tokens.use(model)
    assert key is not None
    return key.token


async def test_the_first_by_priority_is_taken_until_its_day_is_used_up(
    tokens: AiTokens, clock: HandClock
) -> None:
    await tokens.add(SPARE)
    await tokens.add(MAIN)
    taken = [await used(tokens) for _ in range(5)]
    assert taken == [MAIN.token] * 3 + [SPARE.token] * 2
    main, spare = await tokens.all()
    assert (main.daily_usage, main.monthly_usage) == (3, 3)
    assert (spare.daily_usage, spare.monthly_usage) == (2, 2)
    clock.move(days=1)
    assert [await used(tokens) for _ in range(3)] == [MAIN.token] * 2 + [SPARE.token]
    main, spare = await tokens.all()
    assert (main.daily_usage, main.monthly_usage) == (2, 5)
    clock.move(days=31)
    assert await used(tokens) == MAIN.token
    assert (await tokens.all())[0].monthly_usage == 1


async def test_a_key_is_kept_once_for_a_request(tokens: AiTokens) -> None:
    made = await tokens.add(replace(MAIN, once="a request"))
    assert await tokens.add(replace(MAIN, once="a request")) == made
    await tokens.add(replace(MAIN, once="another"))
    await tokens.add(MAIN)
    assert len(await tokens.all()) == 3


async def test_a_model_nobody_gave_a_key_for_and_one_whose_keys_are_used_up(
    tokens: AiTokens,
) -> None:
    await tokens.add(MAIN)
    assert await tokens.use("claude") is None
    assert await tokens.use("gpt") is None, "half a name is no name"
    for _ in range(3):
        await used(tokens, "gpt-3.5-turbo")
    with pytest.raises(Unavailable, match=r"gpt-3\.5-turbo"):
        await tokens.use("gpt-3.5-turbo")


async def test_many_at_once_never_use_more_than_there_is(tokens: AiTokens) -> None:
    await tokens.add(replace(MAIN, daily_limit=7, monthly_limit=7))
    answers = await asyncio.gather(
        *(tokens.use("gpt-4") for _ in range(40)), return_exceptions=True
    )
    assert sum(isinstance(one, AiKey) for one in answers) == 7
    assert (await tokens.all())[0].daily_usage == 7


async def test_one_that_is_switched_off_is_not_taken(tokens: AiTokens) -> None:
    await tokens.add(replace(MAIN, active=False))
    await tokens.add(SPARE)
    assert await used(tokens) == SPARE.token


async def test_nothing_of_a_key_lies_open_on_the_disk(
    tokens: AiTokens, house: House, tmp_path: Path
) -> None:
    made = await tokens.add(MAIN)
    assert made.mask == "sk-...NARY"
    assert b"0123456789" not in _on_disk(tmp_path)


def _on_disk(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.glob("easyflow.db*"))


async def test_keys_are_sealed_anew_and_open_for_their_own_row_only(
    tokens: AiTokens, stores: Stores, house: House, keys: list[str]
) -> None:
    await tokens.add(MAIN)
    await tokens.add(SPARE)
    keys.insert(0, NEW)
    seals = Seals(stores.base.writer, stores.base.reader, KeyRing(lambda: keys))
    assert await seals.again() == (2, [])
    keys.pop()
    assert await used(tokens) == MAIN.token
    await house.run(
        "UPDATE ai_tokens SET token = (SELECT max(token) FROM ai_tokens) WHERE 1 = ?", 1
    )
    answers = [await tokens.use("gpt-4")]
    moved = {one.token for one in answers if one is not None}
    assert len(moved) == 1, "one of both has its own key still, the other opens nothing"


async def test_where_nothing_can_be_sealed_nothing_is_kept(
    tokens: AiTokens, keys: list[str]
) -> None:
    keys.clear()
    with pytest.raises(Unavailable, match="EASYFLOW_KEYS"):
        await tokens.add(MAIN)
    assert await tokens.all() == []


def test_masks() -> None:
    assert masked("sk-...") == "sk-..."
    assert masked("AIzaSyD-0123456789-0123456789") == "...6789"
    assert masked("12345678") == "..."
