"""What ReplyX says of a value that cannot be taken: Russian for whatever a model may refuse."""

from typing import Annotated, Any, Literal

import pytest
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError

from adapters.http.faults import fault_of
from adapters.http.replyx.errors import render
from adapters.http.replyx.issues import WORDS


class _Body(BaseModel):
    text: Annotated[str, Field(min_length=2, max_length=3)] = "abc"
    number: Annotated[int, Field(ge=1, le=9)] = 1
    part: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.5
    flag: bool = True
    several: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    named: dict[str, int] = {}
    inner: "_Body | None" = None
    kind: Literal["debit", "credit"] = "debit"
    needed: int


@pytest.mark.parametrize(
    ("wrong", "issue"),
    [
        ({"needed": ...}, "Обязательное поле"),
        ({"text": 5}, "Нужна строка"),
        ({"text": "a"}, "Минимум символов: 2"),
        ({"text": "abcd"}, "Максимум символов: 3"),
        ({"number": []}, "Нужно целое число"),
        ({"number": "x"}, "Нужно целое число"),
        ({"number": 1.5}, "Нужно целое число"),
        ({"number": 0}, "Должно быть не меньше 1"),
        ({"number": 10}, "Должно быть не больше 9"),
        ({"part": []}, "Нужно число"),
        ({"part": "x"}, "Нужно число"),
        ({"part": "nan"}, "Нужно конечное число"),
        ({"part": 0}, "Должно быть больше 0.0"),
        ({"part": 2}, "Должно быть меньше 1.0"),
        ({"flag": []}, "Нужно true или false"),
        ({"flag": "x"}, "Нужно true или false"),
        ({"several": 1}, "Нужен список"),
        ({"several": []}, "Минимум значений: 1"),
        ({"several": [1, 2, 3]}, "Максимум значений: 2"),
        ({"named": 1}, "Нужен объект"),
        ({"kind": "x"}, "Допустимые значения: 'debit' или 'credit'"),
    ],
)
def test_it_is_said_in_the_documents_language(wrong: dict[str, Any], issue: str) -> None:
    given = {name: value for name, value in ({"needed": 1} | wrong).items() if value is not ...}
    with pytest.raises(ValidationError) as refused:
        _Body.model_validate(given)
    told = fault_of(RequestValidationError([*refused.value.errors()], body=given))
    assert told.details[0].rule in WORDS
    assert render(told, "req_1")["error"]["details"]["issue"] == issue
