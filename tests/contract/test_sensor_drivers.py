"""What every sensor driver promises, over all families."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_drivers import registry
from device_drivers.api.sensors import (
    MOST_VALUES,
    OverAir,
    OverMessages,
    Packet,
    Sample,
    SensorDriver,
    SensorError,
)
from tests.support.sensor_rigs import RIGS, Rig

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
PAUSE_S = 60.0
LONGEST_ERROR = 500

over_all = pytest.mark.parametrize(
    "rig", RIGS, ids=[f"{rig.family}-{nth}" for nth, rig in enumerate(RIGS)]
)


def built(rig: Rig) -> SensorDriver:
    return registry.SENSORS[rig.family].build(rig.asked)


def said(sample: Sample | None) -> dict[str, str]:
    assert sample is not None
    return {name: f"{value:f}" for name, value in sample.values.items()}


def read_or_refused(driver: SensorDriver, payloads: Iterable[bytes]) -> list[Sample]:
    samples = []
    errors = []
    for nth, payload in enumerate(payloads):
        try:
            sample = driver.read(Packet(payload=payload, at=nth * PAUSE_S))
        except SensorError as error:
            errors.append(str(error))
        else:
            samples += [sample] if sample is not None else []
    assert all(len(error) < LONGEST_ERROR for error in errors)
    return samples


def test_every_family_has_a_rig() -> None:
    assert {rig.family for rig in RIGS} == set(registry.SENSORS)


@over_all
def test_it_listens_to_the_way_of_its_family(rig: Rig) -> None:
    listens = built(rig).listens
    if registry.SENSORS[rig.family].over is registry.Over.RADIO:
        assert isinstance(listens, OverAir)
        assert listens.address == rig.asked.address
        assert (listens.company is None) != (listens.service is None)
    else:
        assert isinstance(listens, OverMessages)
        assert listens.topic.startswith(rig.asked.topic)


@over_all
def test_a_packet_says_what_was_measured(rig: Rig) -> None:
    driver = built(rig)

    assert said(driver.read(Packet(payload=rig.packet(0), at=0))) == rig.values


@over_all
def test_the_next_packet_is_news_again(rig: Rig) -> None:
    driver = built(rig)
    samples = [driver.read(Packet(payload=rig.packet(nth), at=nth * PAUSE_S)) for nth in range(5)]

    assert all(said(sample) == rig.values for sample in samples)


@pytest.mark.parametrize("rig", [rig for rig in RIGS if rig.asked.address])
def test_over_the_air_a_packet_counts_once_however_often_it_is_heard(rig: Rig) -> None:
    driver = built(rig)
    heard = [(0, 0.0), (0, 0.1), (1, 1.0), (1, 1.1), (0, 1.2), (2, 2.0), (1, 2.1)]
    samples = [driver.read(Packet(payload=rig.packet(nth), at=at)) for nth, at in heard]

    assert [sample is not None for sample in samples] == [
        *(True, False, True, False, False, True, False)
    ]


@over_all
@given(payloads=st.lists(st.binary(max_size=64), min_size=1, max_size=5))
def test_any_bytes_are_a_sample_nothing_or_the_one_error(rig: Rig, payloads: list[bytes]) -> None:
    for sample in read_or_refused(built(rig), payloads):
        assert 0 < len(sample.values) <= MOST_VALUES
        assert all(NAME.fullmatch(name) for name in sample.values)
        assert all(NUMBER.fullmatch(value) for value in said(sample).values())


@over_all
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_packet_is_too_and_the_next_good_one_is_read(
    rig: Rig, data: st.DataObject
) -> None:
    driver, good = built(rig), rig.packet(0)
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(good)))
    read_or_refused(driver, [bytes(damaged), good[:cut], good + good])

    assert said(driver.read(Packet(payload=rig.packet(1), at=10 * PAUSE_S))) == rig.values
