"""What Prometheus' own program says of rules and queries; without it the tests that need it are skipped."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None, reason="promtool is not here: apt install prometheus"
)

_NAMES = re.compile(r"\b(?:easyflow_[a-z_]+|process_[a-z_]+|up)\b")
_BY = re.compile(r"\bby \(([^)]*)\)")


def names(query: str) -> set[str]:
    """The metrics that a query names."""
    return set(_NAMES.findall(re.sub(r'"[^"]*"', '""', query)))


def grouped(query: str) -> set[str]:
    """The labels that it groups by."""
    return {label.strip() for by in _BY.findall(query) for label in by.split(",")}


def told_of(*words: str | Path) -> None:
    """Run promtool, which must have nothing to complain of."""
    assert PROMTOOL is not None
    done = subprocess.run(
        [PROMTOOL, *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "TZ": "UTC"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def check_queries(queries: dict[str, str], folder: Path) -> None:
    """Whether Prometheus can read each of them."""
    rules = [
        {"record": f"query:{number}", "expr": query}
        for number, query in enumerate(queries.values())
    ]
    path = folder / "queries.yaml"
    write(path, {"groups": [{"name": "queries", "rules": rules}]})
    told_of("check", "rules", path)


def write(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
