"""What the state machine of the feed wants carried out, in the order in which it says so."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.feed.messages import Delta, Manifest, Request
from gateway.feed.repair import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """Write these changes and the new position together, then call ``applied``."""

    delta: Delta


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Fetch and merge this snapshot, then call ``applied`` or ``fetch_failed``.

    ``replace_all``: it is of a new epoch, so nothing of ours stays, whenever it was written.
    """

    manifest: Manifest
    replace_all: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """Write where our rows differ from this page, at our position as it is; then ``mended``."""

    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Publish this request."""

    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """The message is refused whole."""

    code: str
    message: str


Action = Apply | Fetch | Mend | Ask | Refuse
