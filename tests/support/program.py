"""A broker program for tests: started on private files, stopped by whoever started it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_START_S = 60.0
_END_S = 15.0
_AGAIN_S = 0.05
_SBIN = "/usr/sbin:/usr/local/sbin"


class ProgramError(Exception):
    """It did not start; the message is what it printed, or what to install."""


class Program:
    """One process that listens on a port. All calls block for a moment."""

    def __init__(
        self, folder: Path, command: Sequence[str], port: int, more: Mapping[str, str] | None = None
    ) -> None:
        self._command = command
        self._folder = folder
        self._port = port
        self._environment = {**os.environ, "HOME": str(folder), **(more or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and return when it listens."""
        said = self._folder / "said.txt"
        with said.open("wb") as output:
            process = subprocess.Popen(
                [_found(self._command[0]), *self._command[1:]],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._process = process
        until = time.monotonic() + _START_S
        while not self._listens():
            if process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise ProgramError(said.read_text(errors="replace")[-2_000:])
            time.sleep(_AGAIN_S)

    def kill(self) -> None:
        """End it at once."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(_END_S)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), _AGAIN_S).close()
        except OSError:
            return False
        return True


def _found(name: str) -> str:
    path = shutil.which(name, path=f"{os.environ['PATH']}:{_SBIN}")
    if path is None:
        raise ProgramError(f"{name} is missing: sh .ci/packages prove")
    return path
