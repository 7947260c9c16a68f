from __future__ import annotations

import asyncio

import pytest

from gateway.store.changes import MAX_WAITING, Change, Changes


async def test_changes_of_other_tables_are_not_heard_and_repeats_are_one() -> None:
    changes = Changes()
    hears = changes.subscribe("label", "task")
    changes.publish({"feed": {"central"}})
    changes.publish({"label": {"L1"}, "feed": {"x"}})
    changes.publish({"label": {"L1"}, "task": {"t"}})
    assert await hears.next() == frozenset({Change("label", "L1"), Change("task", "t")})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await hears.next()


async def test_a_slow_subscriber_is_told_that_anything_changed() -> None:
    changes = Changes()
    slow, other = changes.subscribe("label"), changes.subscribe("feed")
    changes.publish({"label": {str(number) for number in range(MAX_WAITING)}})
    changes.publish({"label": {"one more"}, "feed": {"x"}})
    changes.publish({"label": {"and another"}})
    assert await slow.next() is None
    assert await other.next() == frozenset({Change("feed", "x")})
    changes.publish({"label": {"L1"}})
    assert await slow.next() == frozenset({Change("label", "L1")})


async def test_anything_is_told_to_everybody_until_they_leave() -> None:
    changes = Changes()
    stays, leaves = changes.subscribe("label"), changes.subscribe("label")
    changes.unsubscribe(leaves)
    changes.publish_anything()
    assert await stays.next() is None
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await leaves.next()
