"""Server-sent events: what changed, told to the pages that are open.

Events are hints to look again. A page carries the mark of what was last told when it was made, and
its stream begins from there: what changed before the page listened is told, too. Each page has a
short queue; one that falls behind is told once that anything may have changed. A quiet stream
carries a comment every few seconds, so that both ends notice when the other is gone. ``close`` ends
all streams: no open page delays the shutdown.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

HEARTBEAT_S = 15.0
MAX_WAITING = 100
MAX_STREAMS = 200
_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event as ``EventSource`` hears it; ``data`` may have several lines."""

    name: str
    data: str = ""

    def encoded(self) -> bytes:
        """The event as bytes of the stream; its name is one line."""
        lines = "".join(f"data: {line}\n" for line in self.data.splitlines() or ("",))
        return f"event: {self.name.splitlines()[0]}\n{lines}\n".encode()


ANYTHING = Event(name="anything")
"""Sent to a page that fell behind: it loads what it shows again."""


class _Reader:
    def __init__(self) -> None:
        self.waiting: deque[Event] = deque()
        self.arrived = asyncio.Event()


class Streams:
    """The open event streams of one site; for one event loop."""

    def __init__(
        self,
        *,
        heartbeat_s: float = HEARTBEAT_S,
        max_waiting: int = MAX_WAITING,
        max_streams: int = MAX_STREAMS,
    ) -> None:
        self._heartbeat_s = heartbeat_s
        self._max_waiting = max_waiting
        self._max_streams = max_streams
        self._readers: set[_Reader] = set()
        self._closed = False
        self._run = secrets.token_hex(4)
        self._told = 0
        self._last: deque[Event] = deque(maxlen=max_waiting)

    @property
    def open(self) -> int:
        """How many pages listen."""
        return len(self._readers)

    @property
    def mark(self) -> str:
        """How far was told; of no use to another run of the gateway."""
        return f"{self._run}-{self._told}"

    def publish(self, event: Event) -> None:
        """Tell all open pages."""
        self._told += 1
        self._last.append(event)
        for reader in self._readers:
            if len(reader.waiting) >= self._max_waiting:
                reader.waiting.clear()
                reader.waiting.append(ANYTHING)
            elif event not in reader.waiting:
                reader.waiting.append(event)
            reader.arrived.set()

    def close(self) -> None:
        """End all streams, and those that are still asked for."""
        self._closed = True
        for reader in self._readers:
            reader.arrived.set()

    def response(self, since: str | None = None) -> Response:
        """A new stream as the answer to a request; 503 when there are too many or we stop.

        It begins after the mark ``since``, else now.
        """
        if self._closed or len(self._readers) >= self._max_streams:
            return Response(status_code=503, headers={"Retry-After": "5"})
        return StreamingResponse(
            self.events(since),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def events(self, since: str | None = None) -> AsyncIterator[bytes]:
        """The bytes of one stream, until ``close`` or until the page goes away."""
        reader = _Reader()
        reader.waiting.extend(self._missed(since))
        if reader.waiting:
            reader.arrived.set()
        self._readers.add(reader)
        try:
            # Says at once that the stream stands, and how soon to come back when it breaks.
            yield b"retry: 2000\n\n"
            while not self._closed:
                try:
                    async with asyncio.timeout(self._heartbeat_s):
                        await reader.arrived.wait()
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                reader.arrived.clear()
                while reader.waiting:
                    yield reader.waiting.popleft().encoded()
        finally:
            self._readers.discard(reader)

    def _missed(self, since: str | None) -> Iterable[Event]:
        """What was told after ``since``, each once; if that is not known, anything."""
        if since is None:
            return ()
        run, _, told = since.partition("-")
        known = run == self._run and told.isascii() and told.isdigit() and len(told) < _DIGITS
        missed = self._told - int(told) if known else -1
        if not 0 <= missed <= len(self._last):
            return (ANYTHING,)
        return dict.fromkeys(list(self._last)[len(self._last) - missed :])
