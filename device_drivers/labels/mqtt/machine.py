"""The label's side of the protocol as a state machine: inputs in, actions out, no input or output.

It is the reference for people who build a label, and the brain of the simulated one. Times are
seconds of any clock that only goes forward.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from device_drivers.labels.mqtt import protocol
from device_drivers.labels.mqtt.protocol import Report, Wish
from device_drivers.labels.wire import ProtocolError

PATIENCE_S = 60.0
"""How long a wish waits for its image before the label says that it is missing."""
FETCH_AGAIN_S = 10.0
"""How long after a fetch that brought nothing it is tried again, while there is patience."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Decode ``data`` and refresh the panel with it, then call ``drawn``."""

    data: bytes
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Publish the introduction again: ``showing`` has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Get the image from ``url``, at most ``most`` bytes of it, then call ``fetched``."""

    url: str
    most: int


Action = Announce | Draw | Fetch | Report


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    wish: Wish
    until: float
    complained: bool = False
    fetch_at: float | None = None


class LabelMachine:
    """What a label does about images and wishes.

    ``showing`` is the SHA-256 of the picture on the panel, remembered over power loss. Inputs
    return the actions to carry out, in order. Call ``tick`` when ``due`` has come.
    """

    def __init__(
        self,
        *,
        formats: tuple[str, ...],
        showing: str | None = None,
        key: bytes | None = None,
        fetches: bool = False,
    ) -> None:
        self._formats = formats
        self._showing = showing
        self._key = key
        self._fetches = fetches
        self._fetching: Wish | None = None
        self._image: tuple[str, bytes] | None = None
        self._waiting: _Waiting | None = None
        self._drawing: Wish | None = None

    @property
    def showing(self) -> str | None:
        """The SHA-256 of the picture on the panel."""
        return self._showing

    @property
    def due(self) -> float | None:
        """When ``tick`` has something to do; None when nothing waits for an image."""
        waiting = self._waiting
        if waiting is None or waiting.complained or self._held(waiting.wish) is not None:
            return None
        if waiting.fetch_at is None or self._fetching is not None:
            return waiting.until
        return min(waiting.until, waiting.fetch_at)

    def image(self, data: bytes) -> list[Action]:
        """A payload came on ``image``. An empty one was cleared by the gateway: nothing to do."""
        if not data or len(data) > protocol.LARGEST_IMAGE:
            return []
        self._image = (hashlib.sha256(data).hexdigest(), data)
        return self._advance()

    def wish(self, payload: bytes, now: float) -> list[Action]:
        """A payload came on ``wish``. What cannot be read is ignored: there is nothing to name."""
        try:
            wish = protocol.parse_wish("this label", payload)
        except ProtocolError:
            return []
        if self._key is not None and not protocol.signed_by(self._key, wish):
            return [_failed(wish, "wrong_mac")]
        if wish == self._drawing:
            self._waiting = None
            return []
        # The same wish again does not put off the complaint, unless it was made already.
        waiting = self._waiting
        if waiting is None or waiting.wish != wish or waiting.complained:
            fetch_at = now if self._fetches and wish.url is not None else None
            self._waiting = _Waiting(wish=wish, until=now + PATIENCE_S, fetch_at=fetch_at)
        return [*self._advance(), *self._fetch(now)]

    def fetched(self, data: bytes | None, now: float) -> list[Action]:
        """What ``Fetch`` brought; None when it brought nothing. Not what was wished is nothing."""
        wish, self._fetching = self._fetching, None
        actions = [] if data is None else self.image(data)
        waiting = self._waiting
        if waiting is not None and waiting.fetch_at is not None:
            # A newer wish has its own address and need not wait.
            at = now + FETCH_AGAIN_S if waiting.wish == wish else now
            self._waiting = replace(waiting, fetch_at=at)
        return [*actions, *self._fetch(now)]

    def tick(self, now: float) -> list[Action]:
        """Time has passed: fetch again, or say once that the image of a wish does not come."""
        waiting, due = self._waiting, self.due
        if waiting is None or due is None or now < due:
            return []
        if now < waiting.until:
            return self._fetch(now)
        self._waiting = _Waiting(wish=waiting.wish, until=waiting.until, complained=True)
        return [_failed(waiting.wish, "image_missing")]

    def drawn(self, error: str | None = None) -> list[Action]:
        """The panel finished what ``Draw`` asked for, or could not (``error``, a code)."""
        wish, self._drawing = self._drawing, None
        if wish is None:
            return []
        if error is not None:
            return [_failed(wish, error), *self._advance()]
        self._showing = wish.sha256
        if self._held(wish) is not None:
            self._image = None
        # The introduction goes first: a gateway that starts now must not read the old picture
        # there after the new report here.
        return [Announce(), _report(wish, "shown"), *self._advance()]

    def _advance(self) -> list[Action]:
        if self._waiting is None or self._drawing is not None:
            return []
        wish = self._waiting.wish
        if wish.sha256 == self._showing:
            self._waiting = None
            return [_report(wish, "shown")]
        data = self._held(wish)
        if data is None:
            return []
        self._waiting = None
        if wish.format not in self._formats:
            return [_failed(wish, "unknown_format")]
        self._drawing = wish
        return [_report(wish, "received"), Draw(data=data, format=wish.format)]

    def _fetch(self, now: float) -> list[Action]:
        waiting = self._waiting
        if waiting is None or waiting.fetch_at is None or waiting.fetch_at > now:
            return []
        wish = waiting.wish
        if wish.url is None or self._fetching is not None or self._held(wish) is not None:
            return []
        self._fetching = wish
        return [Fetch(url=wish.url, most=wish.bytes)]

    def _held(self, wish: Wish) -> bytes | None:
        if self._image is None or self._image[0] != wish.sha256:
            return None
        return self._image[1]


def _report(wish: Wish, result: protocol.Result) -> Report:
    return Report(wish=wish.wish, sha256=wish.sha256, result=result)


def _failed(wish: Wish, code: str) -> Report:
    return Report(wish=wish.wish, sha256=wish.sha256, result="failed", error=code)
