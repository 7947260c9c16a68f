from __future__ import annotations

import pytest

from gateway.broker import topics


@pytest.mark.parametrize(
    ("topic", "written"),
    [
        (topics.MANIFEST, "feed/manifest"),
        (topics.DELTA, "feed/delta"),
        (topics.feed_request("gw-1"), "feed/request/gw-1"),
        (topics.feed_reply("gw-1"), "feed/reply/gw-1"),
        (topics.feed_position("gw-1"), "feed/position/gw-1"),
        (topics.feed_problems("gw-1"), "feed/problems/gw-1"),
        (topics.events_batch("gw-1"), "events/batch/gw-1"),
        (topics.events_ack("gw-1"), "events/ack/gw-1"),
        (topics.gateway_state("gw-1"), "gateway/gw-1/state"),
    ],
)
def test_topics_are_those_of_the_contract(topic: str, written: str) -> None:
    assert topic == written
