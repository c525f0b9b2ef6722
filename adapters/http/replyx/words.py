"""What several chapters of the ReplyX contract say alike: that it is done, e-mail addresses, people's names."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from bots.errors import Invalid
from bots.services.emails import LONGEST, normalised

SITE_TOKEN = "X-Site-Token"
"""The header in which a key for pages is shown, once."""


class Done(BaseModel):
    """It was done; what was to go is gone."""

    model_config = ConfigDict(json_schema_extra={"example": {"success": True}})

    success: Literal[True] = True


def _address(written: str) -> str:
    try:
        return normalised(written)
    except Invalid:
        raise PydanticCustomError("email", "Неверный формат email") from None


Email = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_address)]

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]
"""A first or last name."""
