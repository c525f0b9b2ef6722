"""Where the platforms' machine-readable specifications lie, if anybody put them beside the checkout."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def specs_folder() -> Path | None:
    """The folder named by EASYFLOW_SPECS, else `../shared/specs` beside the project; None: neither."""
    named = os.environ.get("EASYFLOW_SPECS")
    folder = Path(named) if named else ROOT.parent / "shared" / "specs"
    return folder if folder.is_dir() else None
