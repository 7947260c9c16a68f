"""Small parts: a module or function that outgrows these limits wants to be two."""

from __future__ import annotations

import statistics

from tests.support import project

PRODUCT = ("gateway", "device_drivers", "benchmarks")
MODULE = 400
TEST_MODULE = 500
FUNCTION = 60
MOST_FUNCTIONS = 35
COMPOSITION_ROOT = 200


def lines(name: str) -> int:
    return len((project.ROOT / name).read_text(encoding="utf-8").splitlines())


def test_modules_are_small() -> None:
    long = {
        project.named(path): length
        for path in project.modules(*project.CODE)
        for limit in (TEST_MODULE if path.is_relative_to(project.ROOT / "tests") else MODULE,)
        if (length := lines(project.named(path))) > limit
    }

    assert not long


def test_functions_are_short() -> None:
    lengths = [
        pair for path in project.modules(*PRODUCT) for pair in project.function_lengths(path)
    ]

    assert len(lengths) > 300, "the search finds the functions"
    assert not [pair for pair in lengths if pair[1] > FUNCTION]
    assert statistics.quantiles([length for _, length in lengths], n=10)[-1] <= MOST_FUNCTIONS


def test_the_composition_root_only_composes() -> None:
    assert lines("gateway/app.py") <= COMPOSITION_ROOT
