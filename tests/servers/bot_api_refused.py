"""A call that a fake Bot API does not do."""

from typing import Any


class Refused(Exception):
    """`code` is the HTTP status too."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        answer = {"ok": False, "error_code": self.code, "description": str(self)}
        return answer | ({"parameters": self.parameters} if self.parameters else {})
