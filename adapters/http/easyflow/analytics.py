"""The chapter Analytics of the Easy Flow contract."""

from datetime import date as Date
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from adapters.http.auth import Known
from adapters.http.dialect import route_class, spend, surface
from adapters.http.easyflow import examples
from adapters.http.easyflow.errors import DIALECT, LIMITED, documented
from adapters.http.easyflow.names import Moment
from adapters.http.limits import per_minute
from adapters.http.policy import lets, people
from bots.errors import Invalid
from bots.model.metrics import Counted, Period
from bots.services.analytics import Bound

LIMIT = per_minute("easyflow analytics", 20)

router = APIRouter(
    prefix="/api/v1/analytics",
    tags=["Analytics"],
    route_class=route_class(DIALECT),
    dependencies=lets(people()),
    responses={200: {"headers": LIMITED}, **documented(401, 429)},
)


class Bounds(BaseModel):
    """From when to when was counted, the last second included."""

    start: Moment
    end: Moment

    @classmethod
    def of(cls, period: Period) -> "Bounds":
        return cls(start=period.since, end=period.until - timedelta(seconds=1))


class ConversationFigures(BaseModel):
    """Conversations in which the customer said something; `successful` needed no person.

    `satisfaction_rate` is the share of ratings of 4 and 5; null where nobody rated.
    """

    total: int
    successful: int
    escalated: int
    satisfaction_rate: float | None


class MessageFigures(BaseModel):
    """`avg_response_time` is in seconds; null where nothing was answered."""

    total: int
    inbound: int
    outbound: int
    avg_response_time: float | None


class OfPlatform(BaseModel):
    """Messages both ways, and with how many people."""

    messages: int
    users: int


class MetricsResponse(BaseModel):
    """What happened in a period."""

    model_config = ConfigDict(json_schema_extra={"example": examples.METRICS_RESPONSE})

    period: Bounds
    conversations: ConversationFigures
    messages: MessageFigures
    platforms: dict[str, OfPlatform]

    @classmethod
    def of(cls, period: Period, counted: Counted) -> "MetricsResponse":
        satisfaction, seconds = counted.satisfaction, counted.answered_in
        return cls(
            period=Bounds.of(period),
            conversations=ConversationFigures(
                total=counted.conversations,
                successful=counted.successful,
                escalated=counted.escalated,
                satisfaction_rate=None if satisfaction is None else round(satisfaction, 4),
            ),
            messages=MessageFigures(
                total=counted.inbound + counted.outbound,
                inbound=counted.inbound,
                outbound=counted.outbound,
                avg_response_time=None if seconds is None else round(seconds, 3),
            ),
            platforms={
                name: OfPlatform(messages=one.messages, users=one.users)
                for name, one in counted.platforms.items()
            },
        )


Start = Annotated[
    str | None,
    Query(max_length=40, description="First day (2024-01-01) or moment; 30 days back if absent"),
]
End = Annotated[
    str | None,
    Query(max_length=40, description="Last day, included, or moment; now if absent"),
]
User = Annotated[
    str | None, Query(min_length=1, max_length=256, description="Only this user's conversations")
]


@router.get("/metrics", summary="What happened in a period", responses=documented(422))
async def metrics(
    request: Request,
    caller: Known,
    start_date: Start = None,
    end_date: End = None,
    user_id: User = None,
) -> MetricsResponse:
    """Days are those of the workspace's time zone."""
    await spend(request, LIMIT, "user", caller.account_id, caller.key_id)
    period, counted = await surface(request).services.analytics.metrics(
        caller,
        start=_bound("start_date", start_date),
        end=_bound("end_date", end_date),
        user_id=user_id,
    )
    return MetricsResponse.of(period, counted)


def _bound(field: str, given: str | None) -> Bound | None:
    """A `+` that nobody encoded arrives as a space."""
    if given is None:
        return None
    text = given.strip().replace(" ", "+")
    try:
        return Date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(field, "is no date such as 2024-01-31 or 2024-01-31T10:00:00Z") from None
