from __future__ import annotations

from typing import Any

from gateway.central.watching import Standing
from gateway.cli import watching


def standing(*codes: str, refused: int = 0, held: int = 0) -> Standing:
    problems: list[dict[str, Any]] = [
        {"kind": "offers", "key": f"a{number}", "code": code, "path": "", "message": "why"}
        for number, code in enumerate(codes)
    ]
    return Standing(
        gateway="gw-1",
        online=True,
        epoch=1,
        seq=2,
        behind=0,
        lag_s=0.0,
        equal=True,
        refused=refused,
        held=held,
        applied_at=None,
        error=None,
        problems=problems,
        labels_shown=0,
        labels_failed=0,
        prices=[],
    )


def test_held_rows_are_told_from_refused_ones_and_what_to_do() -> None:
    refused, held, advice = watching.lines(
        standing("negative_amount", "held_prices", refused=1, held=1)
    )
    assert refused == "gw-1: refused offers a0: why"
    assert held == "gw-1: held offers a1: why"
    assert "anaquel central publish FILE --accept" in advice


def test_rows_beyond_those_named_are_counted() -> None:
    said = watching.lines(standing(*["held_prices"] * 16, held=16))
    assert said[10] == "gw-1: and 6 more"
    assert len(said) == 12
    assert watching.lines(standing("missing", refused=1)) == ["gw-1: refused offers a0: why"]
