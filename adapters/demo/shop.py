"""What the demo shop has and what it has sold; none of it is real.

Days are counted from today, so that the demo never grows old; order 12345 alone has a fixed date.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOrder:
    """An order whose dates lie `days` from today, or on one fixed `day`."""

    status: str
    text: str
    dated: str = ""
    days: int = 0
    day: date | None = None
    items: tuple[str, ...] = ()
    total: int = 0
    phone: str = "+79990000001"

    def seen(self, number: str, today: date) -> dict[str, Any]:
        """The order as a marketplace would give it: JSON, dates in ISO."""
        order: dict[str, Any] = {
            "number": number,
            "status": self.status,
            "status_text": self.text,
            "items": list(self.items),
            "total": self.total,
            "track_url": f"https://example.com/track/{number}",
        }
        if self.dated:
            order[self.dated] = (self.day or today + timedelta(days=self.days)).isoformat()
        return order


ORDERS: Mapping[str, DemoOrder] = {
    "12345": DemoOrder(
        status="in_transit",
        text="в пути",
        dated="delivery_date",
        day=date(2024, 1, 15),
        items=("Платье «Полевые цветы»",),
        total=3990,
    ),
    "12344": DemoOrder(
        status="delivered",
        text="доставлен",
        dated="delivered_at",
        days=-3,
        items=("Кеды «Лето», 38", "Носки, 3 пары"),
        total=5480,
    ),
    "12346": DemoOrder(
        status="packing",
        text="собираем",
        dated="ship_date",
        days=1,
        items=("Рюкзак «Город»",),
        total=4290,
    ),
    "12340": DemoOrder(
        status="delivered",
        text="доставлен",
        dated="delivered_at",
        days=-40,
        items=("Плед «Облако»",),
        total=2790,
    ),
    "12347": DemoOrder(
        status="waiting",
        text="ждёт вас в пункте выдачи на Цветном бульваре",
        items=("Настольная лампа",),
        total=1890,
    ),
}

SILENT_ORDER = "50000"
"""Asking for this one fails, to show what a flow does when the warehouse does not answer."""

RETURN_DAYS = 3


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """A product and how many of it are left."""

    id: str
    name: str
    price: int
    in_stock: int

    def seen(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "price": self.price,
            "in_stock": self.in_stock,
            "url": f"https://example.com/product/{self.id}",
        }


PRODUCTS: Mapping[str, DemoProduct] = {
    product.id: product
    for product in (
        DemoProduct("P-42", "Платье «Полевые цветы»", 3990, 4),
        DemoProduct("K-38", "Кеды «Лето», 38", 4890, 2),
        DemoProduct("R-100", "Рюкзак «Город»", 4290, 11),
        DemoProduct("L-7", "Настольная лампа", 1890, 0),
        DemoProduct("O-3", "Плед «Облако»", 2790, 6),
    )
}
