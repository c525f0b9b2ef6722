"""What must not stand in our sources at all, because one slip with it would be enough."""

import re
from pathlib import Path

import pytest

from adapters.http.docs_pages import POLICY
from adapters.http.headers import CONTENT_SECURITY_POLICY
from adapters.messengers.web.routes import PAGE_HEADERS, STATIC

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("adapters", "bots", "composition", "config", "flows", "scheduler", "storage")
SOURCES = [ROOT / "run.py", *(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))]

IN_PYTHON = re.compile(
    r"(?<![\w.])(eval|exec|__import__)\(|\bpickle\b|\bmarshal\b|\bshelve\b|yaml\.(unsafe_|full_)?load\("
    r"|shell\s*=\s*True|os\.system|verify\s*=\s*False|\bjinja2\b|allow_origins"
)
IN_PAGES = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser"
    r"|\beval\(|new Function|setTimeout\(\s*[\"'`]|\bsrcdoc\b|postMessage|document\.cookie"
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_runs_what_it_reads(path: Path) -> None:
    assert not IN_PYTHON.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_the_page_makes_no_html_of_words(path: Path) -> None:
    assert not IN_PAGES.search(path.read_text(encoding="utf-8"))


def test_the_page_has_no_script_or_handler_of_its_own() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son[a-z]+\s*=", page)
    assert not re.search(r"(src|href)=[\"'](https?:)?//", page)


@pytest.mark.parametrize(
    "policy", [CONTENT_SECURITY_POLICY, POLICY, PAGE_HEADERS["Content-Security-Policy"]]
)
def test_no_policy_lets_foreign_or_inline_scripts_run(policy: str) -> None:
    parts = {
        name: rest for name, _, rest in (part.strip().partition(" ") for part in policy.split(";"))
    }
    assert parts.get("script-src", parts["default-src"]) == "'self'"
    assert (parts["object-src"], parts["base-uri"], parts["frame-ancestors"]) == ("'none'",) * 3


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_secrets_are_not_compared_letter_by_letter(path: Path) -> None:
    compared = re.compile(r"\b(secret|token|password|signature)\w*\s*[!=]=\s*(?!None|\"\"|'')\w")
    found = compared.findall(path.read_text(encoding="utf-8"))
    assert not found
