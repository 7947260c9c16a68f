from __future__ import annotations

import pytest

from gateway.wording.counting import counted


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1000, "1000 rows")]
)
def test_one_alone_is_singular(count: int, said: str) -> None:
    assert counted(count, "row") == said
