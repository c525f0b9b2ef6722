"""Where a bot of the comparison listens and calls, told by its environment."""

import os
from pathlib import Path

PORT = int(os.environ["BENCH_PORT"])
API = os.environ["BENCH_API"]
TOKEN = os.environ["BENCH_TOKEN"]
SECRET = os.environ["BENCH_SECRET"]
PATH = "/api/v1/messaging/webhook/telegram"
DATA = Path(os.environ["BENCH_DATA"])
"""A folder of its own, kept when the bot is killed and started again."""

REDIS = os.environ.get("BENCH_REDIS", "")
