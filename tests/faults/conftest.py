"""Long sizes take longer than any other test may, whoever starts them."""

import faulthandler
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.faults.rig.sizes import sized

HERE = Path(__file__).parent
LONGEST = sized(ci=0, long=2 * 3600, soak=24 * 3600)
"""Seconds after which one of them hangs; 0 where pytest's own bound is right."""


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Inside of pytest's own, which has just begun to wait for its five minutes to be over."""
    if LONGEST and item.path.is_relative_to(HERE):
        faulthandler.dump_traceback_later(LONGEST, exit=True, file=2)
    return (yield)
