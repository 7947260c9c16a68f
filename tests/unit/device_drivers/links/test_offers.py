"""Pictures on offer: one for each label, unguessable, bounded, gone when it is over."""

from __future__ import annotations

import hashlib

from device_drivers.api.drivers import Picture
from device_drivers.links.offers import PATH, Offers

BASE = "http://192.168.1.10:8082"


def picture(data: bytes) -> Picture:
    return Picture(format="png", data=data, sha256=hashlib.sha256(data).hexdigest())


def secret(url: str) -> str:
    assert url.startswith(f"{BASE}{PATH}")
    return url.removeprefix(f"{BASE}{PATH}")


def test_what_is_offered_is_found_at_its_address_and_nowhere_else() -> None:
    offers = Offers(BASE)
    urls = [offers.offer(f"l{number}", picture(b"%d" % number)) for number in range(50)]

    assert len(set(urls)) == 50
    assert min(len(secret(url)) for url in urls) >= 32
    assert offers.find(secret(urls[7])) == picture(b"7")
    assert [offers.find(wrong) for wrong in ("", "l7", secret(urls[7])[:-1], "\udcff")] == [
        None
    ] * 4


def test_a_newer_picture_takes_the_place_of_the_one_before() -> None:
    offers = Offers(BASE)
    old = offers.offer("a", picture(b"old"))
    new = offers.offer("a", picture(b"new"))

    assert offers.find(secret(old)) is None
    assert offers.find(secret(new)) == picture(b"new")
    assert offers.offer("a", picture(b"new")) == new, "the same again stays where it is"


def test_what_is_over_is_gone() -> None:
    offers = Offers(BASE)
    url = offers.offer("a", picture(b"a"))

    assert offers.withdraw("a")
    assert not offers.withdraw("a")
    assert offers.find(secret(url)) is None
    assert offers.offer("a", picture(b"a")) != url


def test_at_the_limit_the_oldest_go_first() -> None:
    offers = Offers(BASE, most_bytes=100)
    urls = [offers.offer(f"l{number}", picture(b"%d" % number * 40)) for number in range(4)]

    assert [offers.find(secret(url)) is not None for url in urls] == [False, False, True, True]
    offers.withdraw("l3")
    fifth = offers.offer("l4", picture(bytes(60)))
    assert [offers.find(secret(url)) is not None for url in (urls[2], fifth)] == [True, True]
