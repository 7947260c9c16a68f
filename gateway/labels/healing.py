"""What is tried beside waiting when the same delivery fails the same way again and again."""

from __future__ import annotations

from typing import assert_never

from gateway.domain import retrying
from gateway.domain.retrying import Remedy
from gateway.store import deliveries, labels, reach
from gateway.store.database import Connection


def heal(connection: Connection, label: str) -> None:
    """After an outcome was noted: do what may help a label that ended like that before."""
    delivery = deliveries.get(connection, label)
    if delivery is None or delivery.reason is None or delivery.hold is not None:
        # What is held is not tried: to draw it anew would send it.
        return
    match retrying.remedy(delivery.reason, delivery.same):
        case Remedy.FORGET_WAY:
            reach.forget_way(connection, label)
        case Remedy.DRAW_AGAIN:
            deliveries.forget(connection, label)
            labels.look_again(connection, label, "repair")
        case Remedy.LOOK_AGAIN:
            labels.look_again(connection, label, "repair")
        case Remedy.OTHER_FORMAT | None:
            # Formats are chosen by the count when the picture is encoded.
            return
        case other:
            assert_never(other)
