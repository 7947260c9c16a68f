"""The support bundle: one zip file that tells a stranger how this box stands, and no secrets.

Every part that can be had is in it; of the others it says why they are missing, for a bundle is
made when something is broken. All functions block.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any, Final, NoReturn

import httpx

from gateway.errors import AnaquelError
from gateway.ops.redacting import Redactor, secrets_of
from gateway.settings import Settings, writing
from gateway.store import examining, people
from gateway.store.database import FILE, StorageError

_PART_MOST: Final = 4 * 2**20
"""Bytes of one part before it is packed; of a log the end is kept."""
_LINES: Final = 20_000
_ANSWER_S: Final = 10.0
_EXAMINE_S: Final = 60.0


class BundleError(AnaquelError):
    """The bundle cannot be written."""


class MissingError(Exception):
    """A part that cannot be had now, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is in the file, and why the rest is not."""

    parts: tuple[str, ...]
    missing: Mapping[str, str]


Part = Callable[[], Any]
"""Makes a text, or what is written as JSON."""


def write(path: Path, parts: Mapping[str, Part], redactor: Redactor) -> Written:
    """Write a new file that only its owner can read. Raises ``BundleError``."""
    said: dict[str, str] = {}
    missing: dict[str, str] = {}
    for name, part in parts.items():
        try:
            said[name] = _text(part(), redactor)
        except (MissingError, StorageError, OSError) as error:
            missing[name] = redactor.text(str(error))
    if missing:
        said["missing.json"] = json.dumps(missing, ensure_ascii=False, indent=1)
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BundleError(f"{path}: is there already; name a new file") from error
    except OSError as error:
        raise BundleError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(number, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as z:
            for name, text in said.items():
                z.writestr(name, text)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise BundleError(f"{path}: cannot be written: {error.strerror}; free space") from error
    return Written(parts=tuple(said), missing=missing)


def parts_of(settings: Settings, report: Callable[[], Any], log: Path | None) -> dict[str, Part]:
    """Everything that a bundle of this gateway holds; ``log``: not the journal but this file."""
    return {
        **parts_without_settings(report),
        "config.toml": lambda: writing.without_secrets(settings),
        "database.json": lambda: database(settings.data.folder / FILE),
        "metrics.txt": lambda: metrics(settings),
        "log.txt": (lambda: tail(log)) if log is not None else journal,
    }


def parts_without_settings(report: Callable[[], Any]) -> dict[str, Part]:
    """What can be had of a gateway whose settings cannot be used."""
    return {"versions.json": versions, "doctor.json": report}


def redactor_of(settings: Settings) -> Redactor:
    """Knows the secrets and the people of this gateway. Raises ``StorageError``."""
    path = settings.data.folder / FILE
    names: list[str] = []
    if path.exists():
        with examining.reading(path) as connection:
            names = [person.name for person in people.every(connection)]
    return Redactor(secrets_of(settings), names)


def left_out(why: str) -> Part:
    """A part that is never there."""

    def part() -> NoReturn:
        raise MissingError(why)

    return part


def versions() -> dict[str, Any]:
    """Of Anaquel, what it stands on, and everything installed beside it."""
    return {
        "anaquel": version("anaquel"),
        "python": sys.version,
        "sqlite": examining.sqlite_version(),
        "machine": platform.machine(),
        "kernel": platform.release(),
        "system": _system(),
        "packages": dict(sorted((one.name, one.version) for one in distributions())),
    }


def database(path: Path) -> dict[str, Any]:
    """Whether the file is whole, its version and size, and how many rows each table has."""
    if not path.exists():
        raise MissingError("there is no database yet")
    try:
        found = examining.examine(path, limit_s=_EXAMINE_S, whole=True)
    except TimeoutError:
        found = examining.examine(path, limit_s=_EXAMINE_S, whole=False)
    with examining.reading(path) as connection:
        rows = examining.row_counts(connection)
    return {
        "version": found.version,
        "newest": found.newest,
        "bytes": found.bytes,
        "log_bytes": found.log_bytes,
        "whole": found.whole,
        "problems": len(found.problems),
        "rows": rows,
    }


def metrics(settings: Settings) -> str:
    """What the running gateway measures, asked on this machine."""
    ops = settings.sites.ops
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(ops.host, ops.host)  # noqa: S104 - compared
    try:
        with httpx.Client(timeout=_ANSWER_S, trust_env=False) as client:
            url = httpx.URL(scheme="http", host=host, port=ops.port, path="/metrics")
            return client.get(url).raise_for_status().text
    except httpx.HTTPError as error:
        raise MissingError(f"the gateway gives no metrics: {error}") from error


def tail(path: Path) -> str:
    """The end of a log file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _PART_MOST))
        return file.read(_PART_MOST).decode(errors="replace")


def journal() -> str:
    """What the service wrote last, from the system's journal."""
    command = shutil.which("journalctl")
    if command is None:
        raise MissingError("there is no journalctl here; name a log file with --log")
    asked = [command, "-u", "anaquel", "-n", str(_LINES), "-o", "short-iso", "--no-pager", "-q"]
    try:
        ended = subprocess.run(asked, capture_output=True, timeout=6 * _ANSWER_S, check=False)  # noqa: S603 - fixed words
    except subprocess.TimeoutExpired as error:
        raise MissingError("journalctl gave no answer in time") from error
    said = ended.stdout.decode(errors="replace")
    if ended.returncode or not said.strip():
        raise MissingError("the journal holds nothing of the service that this user may read")
    return said


def _text(said: Any, redactor: Redactor) -> str:
    if isinstance(said, str):
        return redactor.text(said)[-_PART_MOST:]
    return json.dumps(redactor.value(said), ensure_ascii=False, indent=1)


def _system() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return ""
