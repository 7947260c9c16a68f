"""Backups on another machine: a real SSH server, and a real HTTP server, both on loopback."""

from __future__ import annotations

import asyncio
import base64
import getpass
import hashlib
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from gateway.ops import backup_making, backup_sending
from gateway.ops.backup_format import BackupError
from gateway.ops.backup_making import Made
from gateway.ops.backup_sending import Sftp
from gateway.settings import Settings
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support import shop
from tests.support.archives import go_on
from tests.support.program import Program
from tests.support.serving import serving

CONFIG = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
ForceCommand internal-sftp -d {folder}/there
"""


class SshServer:
    """Debian's sshd on a private configuration, with one key that may come in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        (folder / "there").mkdir(parents=True)
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # as the service makes it, only root needs it
        for name in ("host", "user", "stranger"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(command, check=True)
        public = (folder / "host.pub").read_text()
        (folder / "known").write_text(f"[127.0.0.1]:{self.port} {public}")
        (folder / "sshd_config").write_text(CONFIG.format(port=self.port, folder=folder))
        command = ["/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "sshd_config")]
        self.program = Program(folder, command, self.port)

    def settings(self, tmp_path: Path, **given: Any) -> Settings:
        """Settings that bring backups into a folder of a folder on it."""
        section = {
            "sftp": f"sftp://{getpass.getuser()}@127.0.0.1:{self.port}/backups/s042",
            "sftp_key_file": self.folder / "user",
            "sftp_hosts_file": self.folder / "known",
        }
        return make_settings.make(tmp_path, backup=section | given)

    @property
    def there(self) -> set[str]:
        """What lies in that folder."""
        return {one.name for one in (self.folder / "there" / "backups" / "s042").iterdir()}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SshServer]:
    one = SshServer(tmp_path / "ssh")
    one.program.start()
    yield one
    one.program.kill()


async def backup(settings: Settings, days: int = 0) -> Made:
    async with Database(settings.data.folder / "anaquel.db"):
        pass
    at = shop.NOW + timedelta(days=days)
    return await asyncio.to_thread(backup_making.make, settings, at, go_on, passphrase=None)


def sftp(settings: Settings) -> Sftp:
    return Sftp(settings, backup_making.kind_of(settings))


async def test_it_arrives_over_sftp_and_old_ones_go(server: SshServer, tmp_path: Path) -> None:
    settings = server.settings(tmp_path, daily=2, weekly=0, monthly=0)
    kept, names = backup_making.kept_of(settings), []
    for day in range(4):
        made = await backup(settings, day)
        await sftp(settings).put(made.path, made.path.parent)
        gone = await sftp(settings).rotate(kept, settings)
        names.append(made.stored.name)
        assert gone == tuple(names[day - 2 : day - 1])
    assert server.there == set(names[-2:])
    arrived = server.folder / "there" / "backups" / "s042" / names[-1]
    assert arrived.read_bytes() == (settings.data.folder / "backups" / names[-1]).read_bytes()
    left = {one.name for one in (settings.data.folder / "backups").iterdir()}
    assert left == {".lock", *names}


async def test_the_same_again_replaces_it(server: SshServer, tmp_path: Path) -> None:
    settings = server.settings(tmp_path)
    made = await backup(settings)
    for _ in range(2):
        await sftp(settings).put(made.path, made.path.parent)
    assert server.there == {made.stored.name}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sftp_key_file": "stranger"}, "Permission denied"),
        ({"sftp_hosts_file": "empty"}, "Host key verification failed"),
    ],
)
async def test_a_stranger_is_not_let_in_and_a_strange_machine_gets_nothing(
    server: SshServer, tmp_path: Path, given: dict[str, str], said: str
) -> None:
    (server.folder / "empty").write_text("")
    other = {name: server.folder / file for name, file in given.items()}
    settings = server.settings(tmp_path, **other)
    made = await backup(settings)

    with pytest.raises(BackupError, match=said):
        await sftp(settings).put(made.path, made.path.parent)
    assert list((server.folder / "there").iterdir()) == []


async def test_nobody_there_is_told_as_such(server: SshServer, tmp_path: Path) -> None:
    settings = server.settings(tmp_path)
    made = await backup(settings)
    await asyncio.to_thread(server.program.kill)

    with pytest.raises(BackupError, match="Connection refused"):
        await sftp(settings).put(made.path, made.path.parent)


class CentralSide:
    """Central's address for backups, which may go wrong in ways that answers do."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.tokens: list[str] = []
        self.status = 201
        self.repeats = True
        self.app = FastAPI()
        self.app.add_api_route("/backups/{name}", self.take, methods=["PUT"])

    async def take(self, name: str, request: Request) -> Response:
        body = await request.body()
        self.stored[name] = body
        self.tokens.append(request.headers["authorization"])
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {"Repr-Digest": f"sha-256=:{digest}:"} if self.repeats else {}
        return Response(status_code=self.status, headers=headers)


@pytest.fixture
async def central() -> AsyncIterator[tuple[CentralSide, str]]:
    side = CentralSide()
    async with serving(side.app) as address:
        yield side, address


def to_central(address: str, tmp_path: Path) -> Settings:
    (tmp_path / "token").write_text("a-token\n")
    section = {"central_url": f"{address}/backups/", "central_token_file": tmp_path / "token"}
    return make_settings.make(tmp_path, backup=section)


async def test_central_has_it_when_it_names_what_it_stored(
    central: tuple[CentralSide, str], tmp_path: Path
) -> None:
    side, address = central
    settings = to_central(address, tmp_path)
    made = await backup(settings)
    await backup_sending.put_to_central(made.path, settings)

    assert side.stored == {made.stored.name: made.path.read_bytes()}
    assert side.tokens == ["Bearer a-token"]


async def test_an_answer_that_proves_nothing_does_not_count(
    central: tuple[CentralSide, str], tmp_path: Path
) -> None:
    side, address = central
    settings = to_central(address, tmp_path)
    made = await backup(settings)
    side.repeats = False
    with pytest.raises(BackupError, match="does not say what it stored"):
        await backup_sending.put_to_central(made.path, settings)
    side.repeats, side.status = True, 507
    with pytest.raises(BackupError, match="answers with 507"):
        await backup_sending.put_to_central(made.path, settings)
    (tmp_path / "token").write_text("two\nlines")
    with pytest.raises(BackupError, match="holds no token"):
        await backup_sending.put_to_central(made.path, settings)
