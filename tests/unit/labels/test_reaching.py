"""What drivers are given of the settings, and what they tell of access points."""

from __future__ import annotations

from pathlib import Path

from structlog.testing import capture_logs

from device_drivers.simulated.messages import InMemoryBroker
from gateway.labels import reaching
from gateway.labels.outages import Outages
from tests.support.settings import make


def test_an_access_point_that_goes_and_comes_is_written_into_the_log(tmp_path: Path) -> None:
    outages = Outages()
    ways = reaching.ways(make(tmp_path), InMemoryBroker().port("gateway"), (), outages)
    with capture_logs() as logs:
        ways.told("floor", "unreachable: nobody there")
        assert set(outages.down) == {"floor"}
        ways.told("floor", None)
        assert (set(outages.down), set(outages.up)) == (set[str](), {"floor"})

    assert [(one["event"], one["access_point"]) for one in logs] == [
        ("access point does not answer", "floor"),
        ("access point answers", "floor"),
    ]
    assert "url" in logs[0]["do"]
