"""Which rigs the suites of label families try: all of ours, or one that a stranger names."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

from device_drivers import registry
from tests.support import access_point_rigs, bluetooth_rigs, label_rigs


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rig",
        metavar="MODULE:NAME",
        help="try the family of this rig instead of ours (docs/drivers.md)",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("rig", default=None) is not None:
        registry.load_others(_refuse)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    given = metafunc.config.getoption("rig", default=None)
    if "label_rig" in metafunc.fixturenames:
        labels = label_rigs.RIGS if given is None else {given: _label_rig(given)}
        metafunc.parametrize("label_rig", list(labels.values()), ids=list(labels))
    if "bluetooth_rig" in metafunc.fixturenames:
        bluetooth = bluetooth_rigs.RIGS if given is None else _bluetooth_rig(given)
        metafunc.parametrize("bluetooth_rig", list(bluetooth.values()), ids=list(bluetooth))
    if "access_point_rig" in metafunc.fixturenames:
        behind = access_point_rigs.RIGS if given is None else {given: pkgutil.resolve_name(given)}
        metafunc.parametrize("access_point_rig", list(behind.values()), ids=list(behind))


def _label_rig(given: str) -> Callable[[], label_rigs.Rig]:
    rig: Any = pkgutil.resolve_name(given)
    if isinstance(rig, bluetooth_rigs.Rig):
        return label_rigs.over_bluetooth(rig)
    made: Callable[[], label_rigs.Rig] = rig
    return made


def _bluetooth_rig(given: str) -> dict[str, bluetooth_rigs.Rig]:
    rig: Any = pkgutil.resolve_name(given)
    return {given: rig} if isinstance(rig, bluetooth_rigs.Rig) else {}


def _refuse(left_out: registry.LeftOut) -> None:
    raise pytest.UsageError(f"family {left_out.family}: {left_out.problem}")
