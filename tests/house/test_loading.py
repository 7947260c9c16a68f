"""A start loads what it needs and no more: each of these costs a tenth of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support import project


@pytest.mark.parametrize(
    ("module", "needless"),
    [
        ("gateway.app", {"qrcode", "gateway.render.rendering", "amqtt"}),
        ("gateway.cli", {"fastapi", "jinja2", "qrcode", "PIL", "paho"}),
        ("gateway.render.worker", {"asyncio", "fastapi", "typer", "structlog", "paho"}),
        ("gateway.__main__", {"asyncio", "typer", "gateway.cli"}),
    ],
)
def test_nothing_is_loaded_that_only_others_need(module: str, needless: set[str]) -> None:
    script = f"import sys, {module}; print(*sorted({needless!r} & set(sys.modules)))"
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=project.ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == []
