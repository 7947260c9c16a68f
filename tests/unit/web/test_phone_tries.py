"""What a phone that tries the address is seen as, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.web import phone_tries
from gateway.web.phone_tries import PhoneTries, Way
from tests.unit.labels.rooms import AT, SetClock


@pytest.mark.parametrize(
    ("peer", "way"),
    [
        ("192.168.1.20", Way.SHOP),
        ("10.1.2.3", Way.SHOP),
        ("fd00::20", Way.SHOP),
        ("fe80::20", Way.SHOP),
        ("88.8.8.8", Way.INTERNET),
        ("2a02:9000::1", Way.INTERNET),
        ("127.0.0.1", Way.PROXY),
        ("::1", Way.PROXY),
        ("", Way.PROXY),
        (None, Way.PROXY),
    ],
)
def test_the_way_goes_by_the_address_that_asks(peer: str | None, way: Way) -> None:
    assert phone_tries.way_of(peer) is way


def test_a_try_lasts_for_minutes_and_only_so_many_go_on() -> None:
    clock = SetClock()
    tries = PhoneTries(clock)
    first = tries.begin()
    assert tries.seen(first) == ()
    assert tries.see(first, "88.8.8.8")
    seen = tries.seen(first)
    assert seen is not None
    assert [(one.at, one.way) for one in seen] == [(AT, Way.INTERNET)]
    clock.pass_(timedelta(seconds=phone_tries.LASTS_S))
    assert not tries.see(first, "88.8.8.8")
    assert tries.seen(first) is None

    each = [tries.begin() for _ in range(phone_tries.MOST + 1)]
    assert [tries.seen(one) for one in each[:2]] == [None, ()], "the oldest made room"
    assert not tries.see("no such try", "88.8.8.8")


def test_a_page_that_is_opened_again_and_again_takes_no_more_room() -> None:
    tries = PhoneTries(SetClock())
    token = tries.begin()
    for _ in range(100):
        assert tries.see(token, "88.8.8.8")
    assert len(tries.seen(token) or ()) == 10
