"""Files that a command run by root makes belong to whoever the data folder belongs to."""

from __future__ import annotations

import os
from pathlib import Path


def give(path: Path, folder: Path) -> None:
    """Let ``path`` belong to the owner of ``folder``; only root can, for all others it does."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
