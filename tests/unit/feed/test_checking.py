from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.feed import checking, digest, rows

AS_OF = "2026-11-22T10:00:00-06:00"

ids = st.text("aZ09._-", min_size=1, max_size=64)
stock_keys = st.one_of(
    st.builds("{}/{}".format, ids, ids),
    st.sampled_from(["", "s1", "s1/", "/p1", "s1/p1/x", "s1/p1\n", "s1/ñ", f"s1/{'p' * 65}"]),
)
instants = st.sampled_from(
    [
        *(AS_OF, "2026-11-22T16:00:00Z", "2024-02-29T00:00:00+00:00"),
        *("2026-02-29T10:00:00Z", "2026-11-22T25:00:00Z", "2026-11-22T10:00:00", "2026-11-22"),
        *("2026-11-22T10:00:00+99:99", "2026-11-22T10:00:00Z\n", "٢٠٢٦-11-22T10:00:00Z", ""),
        *('2026-11-22T10:00:00.5Z"', "\ud800"),
    ]
)
odd = st.one_of(st.none(), st.booleans(), st.floats(), st.text(), st.just([]), st.just({}))
pieces = st.one_of(
    st.integers(),
    st.sampled_from([0, -3, rows.MAX_INTEGER, rows.MAX_INTEGER + 1, -rows.MAX_INTEGER - 1, "3"]),
    odd,
)
values = st.one_of(
    st.fixed_dictionaries({"as_of": instants | odd, "available": pieces}),
    st.fixed_dictionaries({"as_of": instants}, optional={"later": pieces}),
    st.fixed_dictionaries({"as_of": instants, "available": pieces, "later": odd}),
    odd,
)


@given(stock_keys, values)
def test_what_is_plainly_good_is_good_and_has_its_canonical_text(key: str, value: Any) -> None:
    text = checking.plain_stock(key, value)
    if text is not None:
        assert rows.check("stock", key, value) is None
        assert text == digest.canonical(value)


@pytest.mark.parametrize("available", [0, 7, -2, None, rows.MAX_INTEGER, -rows.MAX_INTEGER])
def test_what_stock_mostly_looks_like_is_plainly_good(available: int | None) -> None:
    value = {"available": available, "as_of": AS_OF}
    assert checking.plain_stock("s1/p1", value) == digest.canonical(value)


@given(ids, st.text(), st.text())
def test_bucket_and_hash_are_those_of_each_alone(kind: str, key: str, text: str) -> None:
    both = (digest.bucket_of(kind, key), digest.row_hash(kind, key, text))
    assert digest.bucket_and_hash(kind, key, text) == both


def test_stock_of_another_owner_is_refused_however_plain() -> None:
    value = {"available": 7, "as_of": AS_OF}
    row = checking.row("files", "stock", "s1/p1", value, lambda _: "central")
    assert row.refusal is not None
    assert '"not_owner"' in row.refusal
    assert not row.keeps_last_good
