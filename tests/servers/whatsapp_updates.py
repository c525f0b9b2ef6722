"""Any body that Meta may post to a webhook, for property tests of whoever takes it in.

`update_bodies()` are whole ones; `mutilated(update_bodies())` are spoilt, `torn(…)` cut short.
"""

from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.servers.mutilation import mutilated, torn
from tests.servers.shape_strategies import strategy_of
from tests.servers.whatsapp_kinds import FIELDS, NUMBER

__all__ = ["mutilated", "torn", "update_bodies"]


@st.composite
def update_bodies(
    draw: st.DrawFn, *, phone_id: str | None = None, strange: bool = True
) -> dict[str, Any]:
    """Whole bodies, with several entries, changes, messages and statuses at times.

    All values are of this phone number if `phone_id` is given. `strange` adds keys that no table
    knows.
    """
    body: dict[str, Any] = draw(_bodies(strange))
    for entry in body["entry"]:
        for change in entry["changes"]:
            metadata = change["value"].get("metadata")
            if phone_id is not None and isinstance(metadata, dict):
                metadata["phone_number_id"] = phone_id
    return body


@cache
def _bodies(strange: bool) -> st.SearchStrategy[dict[str, Any]]:
    each = {
        field: st.one_of(*(strategy_of(shape, strange=strange) for shape in shapes))
        for field, shapes in FIELDS.items()
    }
    of_field = {
        field: st.fixed_dictionaries({"value": value, "field": st.just(field)})
        for field, value in each.items()
    }
    changes = of_field["messages"] | st.one_of(*of_field.values())
    entry = st.fixed_dictionaries(
        {"id": strategy_of(NUMBER), "changes": st.lists(changes, min_size=1, max_size=2)},
        optional={"time": st.integers(10**9, 2 * 10**9)},
    )
    return st.fixed_dictionaries(
        {
            "object": st.just("whatsapp_business_account"),
            "entry": st.lists(entry, min_size=1, max_size=2),
        }
    )
