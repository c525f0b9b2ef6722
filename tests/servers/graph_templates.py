"""Message templates that a business has had approved, and whether a call fills one rightly."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.servers.graph_errors import Refused


@dataclass(frozen=True, slots=True)
class Template:
    """`body` and a `header` of text have places `{{1}}` or `{{name}}`.

    `header` may be `image`, `video` or `document` instead of words. `buttons` are labels of quick
    replies; a button that opens a page is `label → https://…`, with a place if it has one.
    """

    name: str
    language: str
    body: str
    header: str = ""
    buttons: tuple[str, ...] = ()
    status: Literal["APPROVED", "PAUSED", "DISABLED"] = "APPROVED"


def check_template(
    templates: Mapping[tuple[str, str, str], Template], waba: str, given: Mapping[str, Any]
) -> None:
    """Raises Refused where the real one would: unknown, paused, other numbers of parameters."""
    name, language = given["name"], given["language"]["code"]
    template = templates.get((waba, name, language))
    if template is None:
        says = f"template name ({name}) does not exist in {language}"
        raise Refused(132001, says, wrong=True)
    if template.status == "PAUSED":
        raise Refused(132015, f"template {name} is paused due to low quality")
    if template.status == "DISABLED":
        raise Refused(132016, f"template {name} is disabled due to low quality")
    components = given.get("components", [])
    _check_words("body", template.body, _parameters(components, "body"))
    if template.header in ("image", "video", "document"):
        kinds = [parameter["type"] for parameter in _parameters(components, "header")]
        if kinds != [template.header]:
            says = f"header: Format mismatch, expected {template.header}, received {kinds}"
            raise Refused(132012, says, wrong=True)
    else:
        _check_words("header", template.header, _parameters(components, "header"))
    for component in components:
        if component["type"] == "button":
            _check_button(template, component)


def _parameters(components: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    parts = [component for component in components if component["type"] == kind]
    if len(parts) > 1:
        raise Refused(131009, f"several components of type {kind}", wrong=True)
    return list(parts[0].get("parameters", [])) if parts else []


def _check_words(where: str, words: str, parameters: list[dict[str, Any]]) -> None:
    places = list(dict.fromkeys(re.findall(r"{{\s*(\w+)\s*}}", words)))
    if len(places) != len(parameters):
        says = (
            f"{where}: number of localizable_params ({len(parameters)}) does not match the"
            f" expected number of params ({len(places)})"
        )
        raise Refused(132000, says, wrong=True)
    named = [parameter.get("parameter_name") for parameter in parameters]
    if any(named) and set(named) != set(places):
        says = f"{where}: parameter names {named} are not {places}"
        raise Refused(132012, says, wrong=True)
    if places and not places[0].isdigit() and not any(named):
        raise Refused(132012, f"{where}: Parameter name is missing or empty", wrong=True)
    for parameter in parameters:
        # https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes (132000s)
        if re.search(r"[\n\t]| {5,}", str(parameter.get("text", ""))):
            says = f"{where}: Param text cannot have new-line/tab characters or more than 4"
            raise Refused(132012, f"{says} consecutive spaces", wrong=True)


def _check_button(template: Template, component: Mapping[str, Any]) -> None:
    if "sub_type" not in component or "index" not in component:
        raise Refused(131008, "button: sub_type and index are required", wrong=True)
    index = int(component["index"])
    if index >= len(template.buttons):
        raise Refused(132000, f"button: no button at index {index}", wrong=True)
    opens = " → " in template.buttons[index]
    if opens != (component["sub_type"] == "url"):
        says = f"button: {component['sub_type']} does not match the button at index {index}"
        raise Refused(132012, says, wrong=True)
    if opens:
        _check_words("button", template.buttons[index], list(component.get("parameters", [])))
