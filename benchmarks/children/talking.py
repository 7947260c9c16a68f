"""The child's end of the pipes: JSON lines in and out."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any


def hear() -> Any:
    """The next line from the benchmark; ends the program when the benchmark is gone."""
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    return json.loads(line)


async def hear_later() -> Any:
    """``hear`` without holding up the event loop."""
    return await asyncio.to_thread(hear)


def say(message: object) -> None:
    """Tell the benchmark."""
    print(json.dumps(message), flush=True)
