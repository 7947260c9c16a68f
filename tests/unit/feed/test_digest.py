from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.feed import digest

EMPTY = "4fe7b59af6de3b665b67788cc2f99892ab827efae3a467342b3bb4e3bc8e5bfe"
TWO_ROWS = "d79888caa6081e3efb20a6e3fbe09a02680c45b0727cb045ebb04e5b23f86890"
LOCATION = ("location", "s042", {"kind": "shop", "name": "Guadalajara Centro"})
STOCK = (
    "stock",
    "s042/09521234543213",
    {"as_of": "2026-11-22T10:00:00-06:00", "available": 3},
)


def fold(buckets: digest.Buckets, kind: str, key: str, value: Any) -> None:
    text = digest.canonical(value)
    buckets.toggle(digest.bucket_of(kind, key), digest.row_hash(kind, key, text))


def test_an_empty_replica_has_the_published_digest() -> None:
    assert digest.Buckets().digest() == EMPTY


def test_two_rows_have_the_published_digest_and_buckets() -> None:
    buckets = digest.Buckets()
    fold(buckets, *LOCATION)
    fold(buckets, *STOCK)
    assert buckets.digest() == TWO_ROWS
    assert [digest.bucket_of(*row[:2]) for row in (LOCATION, STOCK)] == [115, 427]


def test_rows_fold_in_any_order_and_out_again() -> None:
    forth, back = digest.Buckets(), digest.Buckets()
    for row in (LOCATION, STOCK):
        fold(forth, *row)
    for row in (STOCK, LOCATION):
        fold(back, *row)
    assert forth.digest() == back.digest()
    for row in (LOCATION, STOCK):
        fold(forth, *row)
    assert forth.digest() == EMPTY


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(json_values)
def test_canonical_text_always_is_utf8_and_stable(value: Any) -> None:
    text = digest.canonical(value)
    assert text.encode()
    assert digest.canonical(json.loads(text)) == text
