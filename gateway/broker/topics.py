"""Topics relative to the shop's prefix ``{topic_prefix}/{store}``."""

from __future__ import annotations

MANIFEST = "feed/manifest"
DELTA = "feed/delta"


def feed_request(gateway: str) -> str:
    """Where this gateway asks central for what it misses."""
    return f"feed/request/{gateway}"


def feed_reply(gateway: str) -> str:
    """Where central answers this gateway."""
    return f"feed/reply/{gateway}"


def feed_position(gateway: str) -> str:
    """Where this gateway says how far its replica is (retained)."""
    return f"feed/position/{gateway}"


def feed_problems(gateway: str) -> str:
    """Where this gateway lists the rows it refused (retained)."""
    return f"feed/problems/{gateway}"


def events_batch(gateway: str) -> str:
    """Where events go up."""
    return f"events/batch/{gateway}"


def events_ack(gateway: str) -> str:
    """Where central confirms events."""
    return f"events/ack/{gateway}"


def command(gateway: str) -> str:
    """Where central tells this gateway to do something."""
    return f"command/{gateway}"


def command_result(gateway: str) -> str:
    """Where this gateway says what became of it."""
    return f"command/{gateway}/result"


def gateway_state(gateway: str) -> str:
    """Birth and will of this gateway (retained)."""
    return f"gateway/{gateway}/state"
