"""What central's clock shows, asked for while ours is not believed.

A manifest may have waited at the broker for hours, so it only says what time it is at least. The
answer to a question of ours was written after we asked: its time is of now.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Protocol

from gateway.feed.messages import Manifest, Reply, Request


class Listener(Protocol):
    """Who wants to know what central's clock shows."""

    def __call__(self, issued_at: str, *, answered: bool) -> None:
        """Central wrote this time; ``answered`` says that it answers a question of ours."""


class CentralTime:
    """Tells ``listener`` what central says; ``in_doubt`` says whether to ask."""

    def __init__(self, listener: Listener, in_doubt: Callable[[], bool]) -> None:
        self._listener = listener
        self._in_doubt = in_doubt
        self._asked: str | None = None

    def question(self, epoch: int) -> Request | None:
        """What to ask central now; an earlier question is given up."""
        self._asked = uuid.uuid4().hex if self._in_doubt() else None
        if self._asked is None:
            return None
        return Request(id=self._asked, epoch=epoch, want="manifest")

    def hear(self, manifest: Manifest) -> None:
        """A manifest arrived by itself, perhaps after a wait."""
        self._listener(manifest.issued_at, answered=False)

    def hear_reply(self, reply: Reply) -> None:
        """An answer arrived, to whatever was asked."""
        if reply.manifest is not None:
            answered = self._asked is not None and reply.id == self._asked
            self._listener(reply.manifest.issued_at, answered=answered)
