"""Orders, products and returns: `marketplace.*`, over a demo shop until real ones can be connected."""

from collections.abc import Mapping
from typing import Any

from adapters.actions.job import Act, Job, by_name, gives, may, needs, spec
from adapters.demo.shop import ORDERS, PRODUCTS, RETURN_DAYS, SILENT_ORDER
from bots.errors import ActionFailed
from bots.ports import Shelf
from flows.model import Example, Wording

ONLY_A_DEMO = Wording(
    "подключить настоящий маркетплейс в этой версии ещё нельзя — отвечает выдуманный магазин",
    "a real marketplace cannot be connected in this version yet: an invented shop answers",
)
_FIRST_RETURN = 1001
_MOST = 20

_ORDER = {
    "number": gives("text", "номер", "its number"),
    "status": gives("text", "состояние: packing, in_transit, delivered …", "its state"),
    "status_text": gives("text", "состояние словами", "its state in words"),
    "items": gives("list", "что в заказе", "what is in it"),
    "total": gives("number", "сумма", "what it costs"),
    "track_url": gives("url", "где следить", "where to follow it"),
    "ship_date": gives("date", "когда отправят", "when it is sent"),
    "delivery_date": gives("date", "когда привезут", "when it comes"),
    "delivered_at": gives("date", "когда привезли", "when it came"),
}
_PRODUCT = {
    "id": gives("text", "артикул", "its article number"),
    "name": gives("text", "название", "its name"),
    "price": gives("number", "цена", "its price"),
    "in_stock": gives("integer", "сколько осталось", "how many are left"),
    "url": gives("url", "страница товара", "its page"),
}
_RETURN = {
    "id": gives("text", "номер заявки", "the request's number"),
    "days": gives("integer", "за сколько дней ответят", "days until the answer"),
    "order": gives("text", "номер заказа", "the order's number"),
    "status": gives("text", "состояние: open, approved, refused", "its state"),
}

SPECS = by_name(
    spec(
        "marketplace.order",
        "заказ по номеру; пусто, если такого нет",
        "an order by its number; nothing where there is none",
        takes={"number": needs("text", "номер заказа", "the order's number")},
        gives=_ORDER,
        example=Example({"number": "12345"}, {"status": "in_transit"}),
    ),
    spec(
        "marketplace.orders",
        "заказы клиента, новые первыми",
        "a customer's orders, newest first",
        takes={
            "phone": needs("phone", "телефон клиента", "the customer's phone"),
            "limit": may("integer", "не больше стольких", "at most so many"),
        },
        gives=_ORDER,
        listed=True,
        example=Example({"phone": "+79990000001", "limit": 1}, [{"number": "12347"}]),
    ),
    spec(
        "marketplace.product",
        "товар по артикулу; пусто, если такого нет",
        "a product by its article number; nothing where there is none",
        takes={"id": needs("text", "артикул", "the article number")},
        gives=_PRODUCT,
        example=Example({"id": "R-100"}, {"name": "Рюкзак «Город»"}),
    ),
    spec(
        "marketplace.products",
        "товары, в названии которых есть эти слова",
        "products with these words in their names",
        takes={
            "query": needs("text", "что искать", "what to look for"),
            "limit": may("integer", "не больше стольких", "at most so many"),
        },
        gives=_PRODUCT,
        listed=True,
        example=Example({"query": "кеды"}, [{"id": "K-38"}]),
    ),
    spec(
        "marketplace.create_return",
        "заявка на возврат",
        "ask for a return",
        takes={
            "order": needs("text", "номер заказа", "the order's number"),
            "reason": needs("text", "причина", "why"),
            "phone": may("phone", "телефон клиента", "the customer's phone"),
            "photos": may("list", "фотографии", "photos"),
        },
        gives=_RETURN,
        effect="yes",
        cost="slow",
        example=Example({"order": "12344", "reason": "Брак"}, {"id": "В-1001", "days": 3}),
    ),
    spec(
        "marketplace.return",
        "заявка на возврат по номеру; пусто, если такой нет",
        "a request for a return by its number; nothing where there is none",
        takes={"id": needs("text", "номер заявки", "the request's number")},
        gives=_RETURN,
        example=Example({"id": "В-1"}, None),
    ),
)


class DemoShop:
    """A shop that sells nothing: fixed orders and products, returns on the shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.acts: Mapping[str, Act] = {
            "marketplace.order": self._order,
            "marketplace.orders": self._orders,
            "marketplace.product": self._product,
            "marketplace.products": self._products,
            "marketplace.create_return": self._create_return,
            "marketplace.return": self._return,
        }

    async def _order(self, job: Job) -> dict[str, Any] | None:
        number = job.text("number")
        if number == SILENT_ORDER:
            raise ActionFailed("the warehouse does not answer", transient=True)
        order = ORDERS.get(number)
        return order.seen(number, job.now.date()) if order else None

    async def _orders(self, job: Job) -> list[dict[str, Any]]:
        phone = job.text("phone")
        mine = [
            order.seen(number, job.now.date())
            for number, order in sorted(ORDERS.items(), reverse=True)
            if phone and order.phone == phone
        ]
        return mine[: _limit(job)]

    async def _product(self, job: Job) -> dict[str, Any] | None:
        product = PRODUCTS.get(job.text("id").strip().upper())
        return product.seen() if product else None

    async def _products(self, job: Job) -> list[dict[str, Any]]:
        words = job.text("query").casefold().split()
        found = [
            product.seen()
            for product in PRODUCTS.values()
            if words and all(word in product.name.casefold() for word in words)
        ]
        return found[: _limit(job)]

    async def _create_return(self, job: Job) -> dict[str, Any]:
        shelf = _shelf_of(job)
        noted = await self._shelf.get(job.address.workspace, shelf, job.key)
        if noted is None:
            number = _FIRST_RETURN + len(await self._shelf.all(job.address.workspace, shelf))
            noted = {
                "id": f"В-{number}",
                "order": job.text("order"),
                "reason": job.text("reason"),
                "at": job.now.isoformat(),
            }
            await self._shelf.put(job.address.workspace, shelf, job.key, noted)
        return _return_of(noted)

    async def _return(self, job: Job) -> dict[str, Any] | None:
        returns = await self._shelf.all(job.address.workspace, _shelf_of(job))
        id = job.text("id")
        return next((_return_of(one) for one in returns.values() if one["id"] == id), None)


def _shelf_of(job: Job) -> str:
    return f"demo.returns.{job.address.bot}"


def _return_of(noted: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": noted["id"], "days": RETURN_DAYS, "status": "open", "order": noted["order"]}


def _limit(job: Job) -> int:
    if job.arguments.get("limit") is None:
        return _MOST
    return max(0, min(int(job.number("limit")), _MOST))
