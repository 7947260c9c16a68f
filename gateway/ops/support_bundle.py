"""What a stranger needs in order to help: one zip file without secrets and without people.

Each part says by itself why it is missing: a box that needs help is seldom whole.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import httpx

from gateway.errors import AnaquelError
from gateway.settings import Settings, writing
from gateway.store import examining
from gateway.store.database import FILE, StorageError

UNIT: Final = "anaquel"
_LOG_LINES: Final = 5_000
_LOG_BYTES: Final = 2 * 2**20
_ANSWER_S: Final = 10.0
_JOURNAL_S: Final = 30.0
_READ_WHOLE_S: Final = 120.0
_ABOUT: Final = """\
This file helps others to find out what is wrong with a box that runs Anaquel.

about.json     versions of the program and of the machine
config.toml    the settings: passwords, keys and tokens stand in files of their own and are not here
doctor.json    what anaquel doctor found
metrics.txt    the numbers of the running gateway, as /metrics tells them
database.json  version, size, whether the file is whole, rows in each table, open tasks by kind
log.txt        the latest lines of the log

In it are no articles, prices, pictures, names of staff, passwords or keys.
Look through it before you send it.
"""


class BundleError(AnaquelError):
    """The file cannot be written; the message says what to do."""


async def make(
    file: Path, settings: Settings, doctor: Mapping[str, Any], log: Path | None, at: datetime
) -> tuple[str, ...]:
    """Write the bundle to ``file``, which only its owner may read; returns its parts.

    ``doctor`` is the doctor's report, ``log`` a file with the log where the journal has none.
    Raises ``BundleError``.
    """
    parts = {
        "README.txt": _ABOUT,
        "about.json": _json(_about(at)),
        "config.toml": writing.without_secrets(settings),
        "doctor.json": _json(doctor),
        "metrics.txt": await _metrics(settings),
        "database.json": _json(await asyncio.to_thread(_database, settings.data.folder / FILE)),
        "log.txt": await asyncio.to_thread(_log, log),
    }
    await asyncio.to_thread(_write, file, parts)
    return tuple(parts)


def _about(at: datetime) -> dict[str, Any]:
    return {
        "at": at.isoformat(),
        "anaquel": version("anaquel"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
    }


async def _metrics(settings: Settings) -> str:
    listen = settings.sites.ops
    try:
        async with httpx.AsyncClient(timeout=_ANSWER_S) as client:
            answer = await client.get(f"http://127.0.0.1:{listen.port}/metrics")
    except httpx.HTTPError as error:
        return f"the gateway does not answer: {str(error) or type(error).__name__}\n"
    return answer.text


def _database(path: Path) -> dict[str, Any]:
    try:
        found = examining.examine(path, limit_s=_READ_WHOLE_S, whole=True)
        with examining.reading(path) as connection:
            rows, tasks = examining.rows(connection), examining.open_tasks(connection)
    except TimeoutError:
        return {"error": f"reading all of it takes longer than {_READ_WHOLE_S:.0f} s"}
    except StorageError as error:
        return {"error": str(error)}
    return {
        "version": found.version,
        "newest": found.newest,
        "bytes": found.bytes,
        "log_bytes": found.log_bytes,
        "problems": found.problems,
        "rows": rows,
        "open_tasks": tasks,
    }


def _log(file: Path | None) -> str:
    if file is not None:
        try:
            with file.open("rb") as log:
                log.seek(max(0, file.stat().st_size - _LOG_BYTES))
                return log.read().decode(errors="replace")
        except OSError as error:
            return f"{file}: cannot be read: {error.strerror}\n"
    journal = shutil.which("journalctl")
    if journal is None:
        return "there is no journal here; name a file with the log: --log FILE\n"
    asked = [journal, "--unit", UNIT, "--lines", str(_LOG_LINES), "--no-pager", "-o", "short-iso"]
    try:
        said = subprocess.run(  # noqa: S603 - words of our own
            asked, check=False, capture_output=True, timeout=_JOURNAL_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"the journal cannot be read: {error}\n"
    return (said.stdout[-_LOG_BYTES:] + said.stderr[:1_000]).decode(errors="replace")


def _write(file: Path, parts: Mapping[str, str]) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with (
            os.fdopen(handle, "wb") as out,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle,
        ):
            for name, text in parts.items():
                bundle.writestr(name, text)
    except FileExistsError as error:
        raise BundleError(f"{file}: is there already; name another file") from error
    except OSError as error:
        raise BundleError(f"{file}: cannot be written: {error.strerror}") from error


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
