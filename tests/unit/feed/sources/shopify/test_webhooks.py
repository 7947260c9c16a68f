from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from gateway.feed.sources.shopify import webhooks
from gateway.feed.sources.shopify.webhooks import Hints, UnprovenError

BODY = b'{"id": 271878346596884015, "title": "Caf\xc3\xa9"}'


def signed(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@pytest.mark.parametrize("secret", ["new", "old"])
def test_what_is_signed_with_a_secret_of_ours_is_proven(secret: str) -> None:
    webhooks.prove(BODY, signed(BODY, secret), ("new", "old"))


@pytest.mark.parametrize(
    ("body", "signature", "secrets"),
    [
        (BODY, signed(BODY, "other"), ("new", "old")),
        (BODY + b" ", signed(BODY, "new"), ("new",)),
        (BODY, "", ("new",)),
        (BODY, "ñ", ("new",)),
        (BODY, signed(BODY, "new")[:-4], ("new",)),
        (BODY, signed(BODY, ""), ()),
    ],
)
def test_anything_else_is_not(body: bytes, signature: str, secrets: tuple[str, ...]) -> None:
    with pytest.raises(UnprovenError):
        webhooks.prove(body, signature, secrets)


@pytest.mark.parametrize(
    ("topic", "body", "article"),
    [
        ("products/update", BODY, "271878346596884015"),
        ("products/delete", b'{"id": 7}', "7"),
        ("inventory_levels/update", b'{"inventory_item_id": 7}', None),
        ("products/update", b"{", None),
        ("products/update", b'{"id": true}', None),
        ("products/update", b'{"id": "7"}', None),
        ("products/update", b"[]", None),
    ],
)
def test_a_message_names_an_article_or_none(topic: str, body: bytes, article: str | None) -> None:
    assert webhooks.article_of(topic, body) == article


async def test_hints_are_bounded_and_come_back_when_they_could_not_be_followed() -> None:
    hints = Hints()
    for number in range(2 * webhooks.MAX_HINTS):
        hints.add(str(number))
    assert hints.news.is_set()
    taken = hints.take()
    assert len(taken) == webhooks.MAX_HINTS
    assert not hints.news.is_set()
    hints.give_back(taken[:2])
    assert hints.take() == ["0", "1"]
    hints.add(None)
    assert hints.news.is_set()
    assert hints.take() == []
