"""Who may see flows and figures, and what the page is told."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from adapters.http.flows.access import Access
from adapters.http.flows.routes import flow_routes
from bots.errors import NotFound
from bots.model.tally import Tally
from bots.services.accounts import Accounts
from bots.services.funnel import Funnel
from flows.load import load_bot
from flows.model import Bot
from flows.standing import Stand
from tests.adapters.http.fake_people import FakeAccounts, FakeKeys, accounts_over

NOON = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
OURS, FOREIGN, SALONS = ("sk_live_ours", "sk_live_foreign", "sk_live_salons")
HERE = "http://127.0.0.1:8000"
ADDRESSES = (
    "/flows/data/bots",
    "/flows/data/picture?bot=shop&flow=menu",
    "/flows/data/figures?bot=shop",
)


def bot(name: str) -> Bot:
    files = {
        "bot.yaml": f"bot: {name}\nlanguage: en\ntimezone: UTC\n",
        "flows/menu.yaml": "flow: menu\nwhen: [/start]\nsteps:\n  offer:\n"
        "    - ask: <b>What now?</b>\n      save: what\n",
    }
    return load_bot(name, files, {}).bot


class Bots:
    """The live bots; `live` may be changed."""

    def __init__(self) -> None:
        self.live = {name: bot(name) for name in ("salon", "shop")}

    def names(self, workspace: int | None = None) -> list[str]:
        return list(self.live) if workspace in (None, 1) else []

    def workspace_of(self, bot: str) -> int:
        return 1

    def answers(self, bot: str, workspace: int) -> bool:
        return bot in self.names(workspace)

    def current(self, bot: str) -> Bot:
        if bot not in self.live:
            raise NotFound("bot", bot)
        return self.live[bot]


class Counted:
    """Workspace 1 alone has figures."""

    async def sums(self, workspace: int, bot: str, since: str | None) -> dict[Tally, int]:
        return {Tally("menu", "offer", "what text", "asked"): 7} if workspace == 1 else {}

    async def standing(self, workspace: int, bot: str) -> list[tuple[list[Stand], int]]:
        return [([Stand("menu", "offer", "what text")], 3)] if workspace == 1 else []


class Site:
    """The page's routes, asked from some address."""

    def __init__(self, accounts: Accounts, *, trusts_here: bool) -> None:
        self.bots = Bots()
        self._app = Starlette(
            routes=flow_routes(
                access=Access(accounts, workspace=1, trusts_here=trusts_here),
                published=self.bots,
                funnel=Funnel(Counted(), self.bots, lambda: NOON),
            )
        )

    async def get(
        self,
        path: str,
        *,
        key: str | None = None,
        client: str = "127.0.0.1",
        base: str = HERE,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        sent = {**(headers or {}), **({"Authorization": f"Bearer {key}"} if key else {})}
        transport = httpx.ASGITransport(app=self._app, client=(client, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=base) as browser:
            return await browser.get(path, headers=sent)


async def accounts() -> Accounts:
    made = accounts_over(FakeAccounts(), FakeKeys(), lambda: NOON, bytes)
    for key, workspace, bound in ((OURS, 1, None), (FOREIGN, 2, None), (SALONS, 1, "salon")):
        await made.keys.add(workspace=workspace, account_id=None, name=key, bot=bound, text=key)
    return made


@pytest.fixture
async def site() -> Site:
    return Site(await accounts(), trusts_here=True)


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("base", [HERE, "http://localhost:8000", "http://[::1]:8000"])
@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_needs_no_key(site: Site, base: str, client: str) -> None:
    for address in ADDRESSES:
        assert (await site.get(address, base=base, client=client)).status_code == 200


SPOOFED: dict[str, dict[str, Any]] = {
    "a page whose name was rebound to this machine": {"base": "http://evil.example:8000"},
    "a name that begins like ours": {"base": "http://localhost.evil.example"},
    "an address that is not loopback": {"base": "http://192.168.1.5:8000"},
    "no host at all": {"headers": {"Host": ""}},
    "a host with a stranger's port": {"headers": {"Host": "evil.example:8000"}},
    "another machine": {"client": "192.168.1.7"},
    "another machine that names ours": {"client": "203.0.113.9"},
    "a client that is no address": {"client": "testclient"},
    "a proxy": {"headers": {"X-Forwarded-For": "203.0.113.9"}},
    "a proxy that hides it": {"headers": {"X-Forwarded-Host": "localhost"}},
    "a proxy by the standard": {"headers": {"Forwarded": "for=203.0.113.9"}},
    "a tunnel": {"headers": {"CF-Connecting-IP": "203.0.113.9"}},
    "nginx's own header": {"headers": {"X-Real-IP": "203.0.113.9"}},
    "a gateway": {"headers": {"Via": "1.1 gateway"}},
    "another site's page": {"headers": {"Sec-Fetch-Site": "cross-site"}},
    "another port's page": {"headers": {"Sec-Fetch-Site": "same-site"}},
    "a page of a browser that tells only its origin": {
        "headers": {"Origin": "http://evil.example"}
    },
    "a page without an origin": {"headers": {"Origin": "null"}},
    "a page behind a proxy that tells nothing": {
        "headers": {"Referer": "https://bots.example.com/flows"}
    },
    "a page that begins like ours": {"headers": {"Origin": "http://localhost.evil.example"}},
    "a page that is no address": {"headers": {"Referer": "http://[::1"}},
    "a load balancer": {"headers": {"X-Amzn-Trace-Id": "Root=1"}},
    "a network of proxies": {"headers": {"CDN-Loop": "cloudflare"}},
    "a tunnel to this machine": {"headers": {"Ngrok-Trace-Id": "1"}},
}


@pytest.mark.parametrize("asked", SPOOFED.values(), ids=SPOOFED.keys())
async def test_whoever_is_not_surely_here_needs_a_key(site: Site, asked: dict[str, Any]) -> None:
    for address in ADDRESSES:
        answer = await site.get(address, **asked)
        assert answer.status_code == 401
        assert answer.json()["error"]["message"].endswith(
            "show an API key, Authorization: Bearer <key>"
        )
        assert "svg" not in answer.text
        assert (await site.get(address, key=OURS, **asked)).status_code == 200


async def test_with_a_public_address_this_machine_needs_a_key_too() -> None:
    site = Site(await accounts(), trusts_here=False)
    for address in ADDRESSES:
        assert (await site.get(address)).status_code == 401
        assert (await site.get(address, key=OURS)).status_code == 200


async def test_a_wrong_key_is_refused_even_here(site: Site) -> None:
    for address in ADDRESSES:
        assert (await site.get(address, key="sk_live_wrong")).status_code == 401
        assert (await site.get(address, headers={"X-API-Key": ""})).status_code == 401


async def test_another_workspaces_key_sees_nothing(site: Site) -> None:
    for address in ADDRESSES:
        answer = await site.get(address, key=FOREIGN)
        if address == "/flows/data/bots":
            assert answer.json() == {"bots": []}
        else:
            assert answer.status_code == 404


async def test_a_key_of_one_bot_sees_that_bot_alone(site: Site) -> None:
    listed = (await site.get("/flows/data/bots", key=SALONS)).json()["bots"]
    assert [one["name"] for one in listed] == ["salon"]
    for name in ("picture", "figures"):
        assert (await site.get(f"/flows/data/{name}?bot=shop", key=SALONS)).status_code == 404
        assert (await site.get(f"/flows/data/{name}?bot=salon", key=SALONS)).status_code == 200


async def test_a_key_in_the_address_counts_for_nothing(site: Site) -> None:
    asked = f"/flows/data/bots?key={OURS}&api_key={OURS}&access_token={OURS}"
    assert (await site.get(asked, client="203.0.113.9")).status_code == 401


async def test_the_page_and_its_assets_tell_nothing_and_are_for_everybody(site: Site) -> None:
    for path in (
        "/flows",
        "/flows/static/flows.js",
        "/flows/static/flows.css",
        "/flows/picture.css",
    ):
        answer = await site.get(path, client="203.0.113.9")
        assert answer.status_code == 200
        assert "no-cache" in answer.headers["Cache-Control"]
    page = (await site.get("/flows")).text
    # The policy allows neither scripts nor styles within the page.
    assert "<style" not in page
    assert " style=" not in page
    assert "<script type" in page
    assert page.count("<script") == page.count("</script>") == page.count('src="/flows/static/')


# ---------------------------------------------------------------- what is told


async def test_a_picture_comes_with_what_stands_in_it(site: Site) -> None:
    told = (await site.get("/flows/data/picture?bot=shop&flow=menu")).json()
    assert told["version"] == site.bots.current("shop").version
    assert "&lt;b&gt;What now?" in told["svg"]
    assert "<b>" not in told["svg"]
    step = next(one for one in told["nodes"] if one["kind"] == "step")
    assert (step["step"], step["place"]) == ("offer", "flows/menu.yaml:4")
    assert [(row["kind"], row["question"]) for row in step["rows"]] == [("ask", "what text")]


async def test_a_new_version_is_drawn_anew(site: Site) -> None:
    before = (await site.get("/flows/data/picture?bot=shop&flow=menu")).json()
    files = {
        "bot.yaml": "bot: shop\nlanguage: en\ntimezone: UTC\n",
        "flows/menu.yaml": "flow: menu\nwhen: [/start]\nsteps: {anew: {say: Hello}}\n",
    }
    site.bots.live["shop"] = load_bot("shop", files, {}).bot
    after = (await site.get("/flows/data/picture?bot=shop&flow=menu")).json()
    figures = (await site.get("/flows/data/figures?bot=shop")).json()
    assert before["version"] != after["version"] == figures["version"]
    assert "anew" in after["svg"]


async def test_figures_come_with_where_chats_wait(site: Site) -> None:
    told = (await site.get("/flows/data/figures?bot=shop&period=today")).json()
    assert told["since"] == "2026-03-08"
    (step,) = told["steps"]
    assert (step["flow"], step["step"], step["waiting"]) == ("menu", "offer", 3)
    assert step["questions"]["what text"]["asked"] == 7


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("picture?bot=shop&flow=nothing", 404),
        ("picture?bot=nothing", 404),
        ("picture", 404),
        ("figures?bot=shop&period=ever", 422),
        ("figures?bot=%00", 404),
    ],
)
async def test_what_is_not_there_is_said_so(site: Site, path: str, status: int) -> None:
    answer = await site.get(f"/flows/data/{path}")
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert answer.headers["Cache-Control"] == "no-store"
