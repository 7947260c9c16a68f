"""Brings a backup to another machine: over SFTP with the system's own program, or by HTTPS PUT.

Neither counts before the other side gave back, or named, the same bytes.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import httpx

from gateway.domain import backups
from gateway.domain.backups import Kept
from gateway.ops import backup_folder, backup_format
from gateway.ops.backup_folder import Kind
from gateway.ops.backup_format import BackupError, BackupName
from gateway.settings import Settings

PROGRAM: Final = "sftp"
_CONNECT_S: Final = 20
_ANSWER_S: Final = 120.0
_SLOWEST_BYTES_S: Final = 50_000
_LEAST_S: Final = 300.0
_CHUNK: Final = 2**18
_LISTED_MOST: Final = 10_000
_DIGEST: Final = "Repr-Digest"


class Sftp:
    """A folder on another machine; the key and the machine's own key come from files."""

    def __init__(self, settings: Settings, kind: Kind) -> None:
        address = urlsplit(settings.backup.sftp or "")
        self._user, self._host = address.username or "", address.hostname or ""
        self._port = address.port or 22
        self._folder = address.path.strip("/")
        self._key, self._hosts = settings.backup.sftp_key_file, settings.backup.sftp_hosts_file
        self._kind = kind

    async def put(self, source: Path, work: Path) -> None:
        """Send the backup, fetch it back into ``work`` and compare. Raises ``BackupError``."""
        size = await asyncio.to_thread(lambda: source.stat().st_size)
        await asyncio.to_thread(backup_folder.need, work, size)
        back = work / f".{source.name}.back"
        part, name = self._at(f"{source.name}.part"), self._at(source.name)
        limit = max(_LEAST_S, 2 * size / _SLOWEST_BYTES_S)
        try:
            await self._run([*self._folders(), f'put "{source}" "{part}"'], limit)
            await self._run([f'get "{part}" "{back}"'], limit)
            if await asyncio.to_thread(_differ, source, back):
                raise BackupError(f"{self._host}: gives back other bytes than were sent")
            await self._run([f'-rm "{name}"', f'rename "{part}" "{name}"'], _LEAST_S)
        finally:
            await asyncio.to_thread(back.unlink, missing_ok=True)

    async def rotate(
        self, kept: Kept, settings: Settings, newest: datetime | None = None
    ) -> tuple[str, ...]:
        """Delete the backups of this box there that need not stay. Raises ``BackupError``."""
        said = await self._run([f'ls -1 "{self._folder or "."}"'], _LEAST_S)
        there: dict[str, BackupName] = {}
        for line in said.splitlines()[:_LISTED_MOST]:
            text = line.strip().rpartition("/")[2]
            name = backup_format.read_name(text)
            if name is not None and (name.store, name.gateway) == (
                self._kind.store,
                self._kind.gateway,
            ):
                there[text] = name
        zone = await asyncio.to_thread(lambda: settings.shop.zone)  # a file, the first time
        stay = backups.to_keep((one.taken_at for one in there.values()), kept, zone, newest)
        old = tuple(text for text, one in there.items() if one.taken_at not in stay)
        if old:
            await self._run([f'-rm "{self._at(text)}"' for text in old], _LEAST_S)
        return old

    def _at(self, name: str) -> str:
        return f"{self._folder}/{name}" if self._folder else name

    def _folders(self) -> list[str]:
        """Make each folder on the way; those that are there already are no trouble."""
        parts = self._folder.split("/") if self._folder else []
        return [f'-mkdir "{"/".join(parts[: end + 1])}"' for end in range(len(parts))]

    async def _run(self, lines: list[str], limit_s: float) -> str:
        command = (
            *(
                PROGRAM,
                "-b",
                "-",
                "-o",
                "LogLevel=ERROR",
                "-P",
                str(self._port),
                "-i",
                str(self._key),
            ),
            *("-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-F", "none"),
            *("-o", "StrictHostKeyChecking=yes", "-o", f'UserKnownHostsFile="{self._hosts}"'),
            *("-o", "GlobalKnownHostsFile=none", "-o", f"ConnectTimeout={_CONNECT_S}"),
            *("-o", "ServerAliveInterval=15", f"{self._user}@{self._host}"),
        )
        pipe = asyncio.subprocess.PIPE
        try:
            running = await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=pipe, stderr=pipe
            )
        except FileNotFoundError as error:
            raise BackupError("sftp is not installed: apt install openssh-client") from error
        try:
            async with asyncio.timeout(limit_s):
                said, wrong = await running.communicate("\n".join(lines).encode() + b"\n")
        except TimeoutError as error:
            raise BackupError(f"{self._host}: took longer than {limit_s:.0f} s") from error
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()
        if running.returncode:
            told = " ".join(wrong.decode(errors="replace").split())[-300:]
            raise BackupError(f"{self._host}: {told or 'sftp failed'}")
        return said.decode(errors="replace")


async def put_to_central(source: Path, settings: Settings) -> None:
    """Send the backup to central's address. Raises ``BackupError``.

    The answer must name the digest of what is stored (RFC 9530): an answer alone proves nothing.
    """
    given = settings.backup
    if given.central_url is None or given.central_token_file is None:
        raise AssertionError("there is an address with a token")
    sha256 = bytes.fromhex(await asyncio.to_thread(backup_folder.hash_of, source, lambda: None))
    digest = f"sha-256=:{base64.b64encode(sha256).decode()}:"
    size = await asyncio.to_thread(lambda: source.stat().st_size)
    headers = {
        "Authorization": f"Bearer {await asyncio.to_thread(_token, given.central_token_file)}",
        "Content-Type": "application/octet-stream",
        "Content-Length": str(size),
        _DIGEST: digest,
    }
    url = f"{given.central_url}/{quote(source.name)}"
    try:
        async with (
            asyncio.timeout(max(_LEAST_S, size / _SLOWEST_BYTES_S)),
            httpx.AsyncClient(timeout=_ANSWER_S, follow_redirects=False) as client,
        ):
            answer = await client.put(url, content=_pieces(source), headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
        why = str(error) or "took too long"
        raise BackupError(f"{given.central_url}: cannot be reached: {why}") from error
    if not answer.is_success:
        raise BackupError(f"{given.central_url}: answers with {answer.status_code}")
    if answer.headers.get(_DIGEST) != digest:
        raise BackupError(
            f"{given.central_url}: does not say what it stored; its answer must repeat {_DIGEST}"
        )


async def _pieces(source: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(source.open, "rb")
    with contextlib.closing(file):
        while piece := await asyncio.to_thread(file.read, _CHUNK):
            yield piece


def _token(file: Path) -> str:
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"{file}: cannot be read; write the token alone into it") from error
    if not token.isascii() or not token.isprintable() or not token:
        raise BackupError(f"{file}: holds no token; write the token alone into it")
    return token


def _differ(one: Path, other: Path) -> bool:
    def whole(path: Path) -> bytes:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()

    return whole(one) != whole(other)
