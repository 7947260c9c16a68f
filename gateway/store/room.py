"""Whether the disk takes anything more: SQLite does not always say that this is the trouble."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

_NEEDED_BYTES = 64 * 1024
"""An opened database makes a file of half that size beside itself."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def is_none(folder: Path) -> bool:
    """Try to write a little: a full disk, a used-up quota and a limit on files all count."""
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:
            os.posix_fallocate(probe.fileno(), 0, _NEEDED_BYTES)
    except OSError as error:
        return error.errno in _FULL
    return False
