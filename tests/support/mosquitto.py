"""A real broker for tests: the system's mosquitto on a private configuration and a free port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from gateway.settings import Broker

_START_S = 60.0
_CONNECT = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00"


class MosquittoError(Exception):
    """The broker did not start; the message is what it printed."""


class Mosquitto:
    """Starts, stops, kills and starts again on the same port. All calls block for a moment.

    With ``persistence`` sessions and retained messages survive ``stop`` (not ``kill``: what
    happened since the last orderly stop is lost, as after a power cut).
    """

    def __init__(self, folder: Path, *, persistence: bool = False, extra: str = "") -> None:
        self.port = free_port()
        self._folder = folder
        self._config = folder / "mosquitto.conf"
        self._process: subprocess.Popen[bytes] | None = None
        lines = [
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous true",
            "set_tcp_nodelay true",
            "log_dest stderr",
            "log_type all",
            f"persistence {'true' if persistence else 'false'}",
            f"persistence_location {folder}/",
            *(["user root"] if os.geteuid() == 0 else []),
            extra,
        ]
        folder.mkdir(parents=True, exist_ok=True)
        self._config.write_text("\n".join(lines) + "\n")

    @property
    def broker(self) -> Broker:
        """How the gateway reaches it, with short pauses between attempts."""
        return Broker(host="127.0.0.1", port=self.port, reconnect_s=0.05, reconnect_max_s=0.1)

    @property
    def pid(self) -> int:
        """The process id of the running broker."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start and return when it listens."""
        program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
        if program is None:
            raise MosquittoError("mosquitto is not installed: apt install mosquitto")
        process = subprocess.Popen(
            [program, "-c", str(self._config)], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
        assert process.stderr is not None
        output = _Output(process.stderr)
        if not output.ended.wait(_START_S) or not output.running:
            process.kill()
            process.wait()
            raise MosquittoError("\n".join(output.lines))
        self._process = process
        self._must_answer()

    def stop(self) -> None:
        """Stop in order: persistent sessions are saved."""
        self._end(kill=False)

    def kill(self) -> None:
        """Stop at once, nothing is saved."""
        self._end(kill=True)

    def forget(self) -> None:
        """While stopped: lose all sessions and retained messages."""
        (self._folder / "mosquitto.db").unlink(missing_ok=True)

    def restart(self, *, kill: bool = False) -> None:
        """Stop and start again on the same port."""
        self._end(kill=kill)
        self.start()

    def _must_answer(self) -> None:
        """It says "running" a moment before it is, and forgets a SIGTERM that comes in between."""
        with socket.create_connection(("127.0.0.1", self.port), _START_S) as asking:
            asking.sendall(_CONNECT)
            if not asking.recv(4):
                raise MosquittoError("mosquitto closed the connection")

    def _end(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if kill:
            process.kill()
        else:
            process.terminate()
        process.wait(_START_S)
        if process.stderr is not None:
            process.stderr.close()


class _Output:
    """Reads what the broker prints, so that it never blocks, and notes when it is up."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.ended = threading.Event()
        """Starting has ended: it is running, or it is gone."""
        self.running = False
        self.lines: list[str] = []
        self._stream = stream
        threading.Thread(target=self._read, name="mosquitto-output", daemon=True).start()

    def _read(self) -> None:
        try:
            for line in self._stream:
                text = line.decode(errors="replace").rstrip()
                if not self.running:
                    self.lines.append(text)
                if text.endswith(" running"):
                    self.running = True
                    self.ended.set()
        except ValueError:
            return  # closed under us at the end
        finally:
            self.ended.set()


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many of them, no two the same: asked for one by one the system may name one twice."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
