"""The file that a shop sends to who helps: with and without a gateway, and no secret in it."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store import database
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S

PARTS = [
    *("README.txt", "about.json", "config.toml", "doctor.json", "metrics.txt", "database.json"),
    "log.txt",
]
SECRETS = ("hunter2-password", "hunter3-token", "Ana María")


async def pack(config: Path, *arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "support-bundle", *arguments, "--config", str(config)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(2 * PATIENCE_S):
        _, told = await process.communicate()
    return process.returncode, told.decode()


def parts_of(file: Path) -> dict[str, str]:
    with zipfile.ZipFile(file) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


@pytest.fixture
def config(mosquitto: Mosquitto, tmp_path: Path) -> Path:
    """Settings with a secret wherever one may stand."""
    (tmp_path / "central.password").write_text(f"{SECRETS[0]}\n")
    broker = mosquitto.broker.model_copy(
        update={"username": "shop", "password_file": tmp_path / "central.password"}
    )
    files = {"url": f"https://files.example.com/rows.csv?token={SECRETS[1]}"}
    settings = make_settings.make(tmp_path, broker, files=files)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        ops = settings.sites.ops.model_copy(update={"port": free.getsockname()[1]})
    sites = settings.sites.model_copy(update={"ops": ops})
    settings = settings.model_copy(update={"sites": sites})
    path = tmp_path / "config.toml"
    gateway_process.write_config(path, settings)
    return path


async def test_of_a_gateway_that_runs_it_has_everything_but_secrets_and_people(
    config: Path, tmp_path: Path
) -> None:
    file, log = tmp_path / "support.zip", tmp_path / "gateway.log"
    log.write_text("before\n" * 400_000 + "the last line\n")
    gateway = GatewayProcess(config)
    async with asyncio.TaskGroup() as group:
        await gateway.start(group)
        with closing(sqlite3.connect(tmp_path / "data" / database.FILE)) as other:
            other.execute(
                "INSERT INTO person (name, role, password_hash) VALUES (?, 'clerk', ?)",
                (SECRETS[2], SECRETS[0]),
            )
            other.commit()
        code, told = await pack(config, str(file), "--log", str(log))
        assert code == 0, told
        assert await gateway.stop() == 0
    parts = parts_of(file)

    assert list(parts) == PARTS
    assert file.stat().st_mode & 0o077 == 0
    assert "files.example.com" in parts["config.toml"]
    assert "anaquel_tasks_open" in parts["metrics.txt"]
    assert {check["check"] for check in json.loads(parts["doctor.json"])["checks"]} >= {"brokers"}
    kept = json.loads(parts["database.json"])
    assert (kept["problems"], kept["rows"]["person"]) == ([], 1)
    assert kept["version"] == kept["newest"]
    assert parts["log.txt"].endswith("before\nthe last line\n")
    assert len(parts["log.txt"]) <= 2 * 2**20
    for secret in SECRETS:
        assert not [name for name, text in parts.items() if secret in text], secret

    again, told = await pack(config, str(file))
    assert (again, "is there already; name another file" in told) == (1, True)


async def test_without_a_gateway_each_part_says_why_it_is_missing(
    config: Path, tmp_path: Path
) -> None:
    file = tmp_path / "support.zip"
    code, told = await pack(config, str(file), "--log", str(tmp_path / "none.log"))
    parts = parts_of(file)

    assert code == 0, told
    assert list(parts) == PARTS
    assert parts["metrics.txt"].startswith("the gateway does not answer: ")
    assert "error" in json.loads(parts["database.json"])
    missing = f"{tmp_path / 'none.log'}: cannot be read: No such file or directory\n"
    assert parts["log.txt"] == missing
