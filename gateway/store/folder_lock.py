"""One gateway per data folder: a lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.store import database, owning
from gateway.store.database import StorageError

_FILE: Final = "gateway.lock"


class InUseError(StorageError):
    """Another gateway, or a restore, has the data folder."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Have the data folder to ourselves inside; blocks no longer than opening a file.

    Raises ``InUseError``, and ``StorageError`` for a folder that cannot be used.
    """
    database.make_folder(folder)
    try:
        lock = (folder / _FILE).open("a")
        owning.give(folder / _FILE, folder)
    except OSError as error:
        raise StorageError(
            f"{folder}: cannot be used: {error.strerror}; let this user write in it"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUseError(
                f"{folder}: another Anaquel works in this folder; stop it first "
                "(systemctl stop anaquel), or name another folder"
            ) from None
        yield
