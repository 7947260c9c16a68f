"""The table of families names itself rightly and builds what it names."""

from __future__ import annotations

import pytest

from device_drivers import registry
from device_drivers.simulated.messages import InMemoryBroker
from device_drivers.simulated.radio import SimulatedRadio
from tests.support import distributions


def ways() -> registry.Ways:
    return registry.Ways(messages=InMemoryBroker().port("gateway"))


@pytest.mark.parametrize("name", list(registry.OURS))
def test_each_family_is_built_under_its_name(name: str) -> None:
    driver = registry.label_driver(name, ways())

    assert driver.family == registry.LABELS[name].family
    assert driver.family.name == name


def test_no_driver_claims_hardware_it_never_met() -> None:
    assert {entry.family.hardware.level for entry in registry.OURS.values()} == {"none"}


def test_families_without_a_way_to_them_are_not_built() -> None:
    built = registry.label_drivers(ways(), distributions.is_left_out)

    assert list(built) == [
        name for name, entry in registry.LABELS.items() if entry.over is registry.Over.MESSAGES
    ]


def test_an_unknown_family_is_answered_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no label family is called 'mqt'; there are: mqtt"):
        registry.label_driver("mqt", ways())


def test_without_a_broker_there_are_no_labels_that_speak_over_it() -> None:
    radio_alone = registry.Ways(radios=[SimulatedRadio()])
    built = registry.label_drivers(radio_alone, distributions.is_left_out)

    assert {registry.LABELS[name].over for name in built} == {registry.Over.RADIO}
    with pytest.raises(ValueError, match="need a link to it"):
        registry.label_driver("mqtt", radio_alone)
