"""Labels tried from the command line's own functions, over the real bleak API on virtual air."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner
from typing_extensions import override

from device_drivers import pictures, registry
from device_drivers.api.drivers import Failed, Later, Reason
from device_drivers.api.panels import Frame, Panel
from device_drivers.labels.opendisplay.models import layout_of
from device_drivers.labels.zhsunyco_wolink.models import TAGS
from device_drivers.links.ble import BleakRadio, Pace
from device_drivers.links.virtual import VirtualAir
from device_drivers.simulated.gatt import Hangup
from device_drivers.simulated.opendisplay_label import SimulatedOpenDisplayLabel
from device_drivers.simulated.peripheral import Peripheral
from device_drivers.simulated.zhsunyco_wolink_label import SimulatedWoLinkLabel, WoLinkFaults
from gateway import cli
from gateway.cli import labelling
from gateway.errors import AnaquelError
from gateway.labels.self_test import cards, report
from gateway.labels.self_test.trial import Patience, Tried
from tests.support import distributions
from tests.support.bluetooth_rigs import RIGS, Device, Rig
from tests.support.running import one_turn
from tests.unit.settings.test_loading import GOOD

ADDRESS, OTHER = "FF:FF:10:20:30:40", "FF:FF:10:20:30:41"
LABEL = ADDRESS.replace(":", "")
AT = datetime(2026, 11, 3, 17, 42, tzinfo=UTC)
QUICK = Patience(listen=20.0, step=20.0, again=0.2, draw=0.0)
PATIENCE_S = 60.0

Ask = Callable[[str], Awaitable[str]]


def panel_of(rig: Rig) -> Panel:
    return {model.id: model.panel for model in rig.labels.family.models}[rig.model]


def told(_: str) -> None:
    return


@asynccontextmanager
async def on_air(*devices: Device) -> AsyncIterator[BleakRadio]:
    air = VirtualAir()
    await air.plug_in("hci0")
    async with asyncio.TaskGroup() as group:
        works = [Peripheral(air.link, one).run() for one in devices]
        tasks = [group.create_task(work) for work in works]
        async with asyncio.timeout(PATIENCE_S):
            yield BleakRadio("hci0", stack=air.stack)
        for task in tasks:
            task.cancel()


def watching(device: Device, expected: dict[str, Frame]) -> Ask:
    """A person who answers once the panel shows what was announced."""

    async def ask(question: str) -> str:
        name = next((one for one in expected if one in question), None)
        while name is not None and device.showing != expected[name]:
            await one_turn()
        return f"{name or 'it blinks'}, as it should"

    return ask


@pytest.mark.parametrize("rig", list(RIGS.values()), ids=list(RIGS))
async def test_a_label_of_each_family_is_tried(rig: Rig, tmp_path: Path) -> None:
    device = rig.make(ADDRESS, rig.model)
    device.refresh_s = 0.3
    panel = panel_of(rig)
    expected = await asyncio.to_thread(lambda: dict(cards.draw(panel, LABEL)))
    model = None if rig.tells_model else rig.model

    async with on_air(device) as radio:
        ask = watching(device, expected)
        tried = await labelling.tried(radio, LABEL, model, ask=ask, say=told, patience=QUICK)

    capabilities = rig.labels.family.capabilities
    await asyncio.to_thread(report.write, tried, tmp_path / "sent", AT)
    files = {path.name for path in (tmp_path / "sent").iterdir()}
    said = json.loads((tmp_path / "sent" / "report.json").read_text())
    assert tried.is_good
    assert files == {"report.json", "report.txt", "white.png", "black.png", "card.png"}
    assert (said["family"], said["model"], said["address"]) == (
        *(rig.labels.family.name, rig.model),
        ADDRESS,
    )
    assert said["hardware"]["level"] == "none"
    assert said["model_told_by_label"] is rig.tells_model
    assert said["rssi_dbm"] < 0
    assert said["battery_mv"] == pytest.approx(device.battery_mv, abs=100)
    assert said["advert"]["manufacturer"] or said["advert"]["services"]
    for step in said["steps"][:3]:
        last = step["tries"][-1]
        wanted = "shown" if capabilities.confirms_shown else "transferred"
        assert (step["good"], last["outcome"]) == (True, wanted)
        assert last["connections"] == 1
        assert last["written"] > 0
        assert step["seconds"] >= last["seconds"] > 0
        assert step["seen"] == f"{step['step']}, as it should"
    light = said["steps"][3]
    assert (light["good"], bool(light["not_tried"])) == (
        *(capabilities.flashes,),
        not capabilities.flashes,
    )
    png = (tmp_path / "sent" / "card.png").read_bytes()
    assert png == pictures.to_rgb(expected["card"])


async def test_a_label_that_cannot_draw_one_picture_is_shown_the_next(tmp_path: Path) -> None:
    device = SimulatedWoLinkLabel(ADDRESS, TAGS["wolink-213"], refresh_s=0.1)
    seen: list[str] = []

    async def ask(question: str) -> str:
        seen.append(question)
        # The answer to white is given, from now on drawing ends with an error.
        device.faults = WoLinkFaults(error=2)
        return "white"

    def say(line: str) -> None:
        if line.startswith("black"):
            device.faults = WoLinkFaults()

    async with on_air(device) as radio:
        tried = await labelling.tried(radio, LABEL, "wolink-213", ask=ask, say=say, patience=QUICK)

    white, black, card, light = tried.steps
    assert (white.is_good, black.is_good, card.is_good) == (True, False, True)
    assert isinstance(black.tries[-1].outcome, Failed)
    assert black.tries[-1].outcome.reason is Reason.LABEL_ERROR
    assert (black.seen, light.name) == ("", "light"), "nobody is asked what failed"
    assert len(seen) == 2 + light.is_good
    assert not tried.is_good
    await asyncio.to_thread(report.write, tried, tmp_path, AT)
    text = (tmp_path / "report.txt").read_text()
    assert "black  failed (label error" in text
    assert text.endswith("Result: not good\n")


class BreakingLabel(SimulatedWoLinkLabel):
    """Hangs up at the second write of a connection, and lets nobody in for minutes."""

    breaks = False

    @override
    def _take(self, characteristic: str, data: bytes) -> None:
        if self.breaks and len(self.received) > 1:
            self.refuses_until = float("inf")
            raise Hangup("its battery is empty")
        super()._take(characteristic, data)


async def test_of_a_label_that_is_gone_in_the_middle_the_rest_is_not_tried() -> None:
    device = BreakingLabel(ADDRESS, TAGS["wolink-213"], refresh_s=0.1)

    async def ask(_: str) -> str:
        device.breaks = True
        return "white"

    async with on_air(device) as radio:
        short = replace(QUICK, step=2.0, again=0.5)
        tried = await labelling.tried(radio, LABEL, "wolink-213", ask=ask, say=told, patience=short)

    white, black, card, light = tried.steps
    assert white.is_good
    assert black.tries[0].traffic.writes > 0
    assert not black.is_good
    assert card.tries[-1].outcome == Later(reason=Reason.OUT_OF_REACH)
    assert card.frame is not None
    assert (light.tries, light.why_not) == ((), "the label was out of reach by then")
    assert not tried.is_good
    said = await asyncio.to_thread(report.members, tried, AT)
    assert [one["good"] for one in said["steps"]] == [True, False, False, False]


async def test_the_model_has_to_be_right() -> None:
    wolink = RIGS["zhsunyco_wolink"].make(ADDRESS, "wolink-213")
    gicisky = RIGS["gicisky"].make(OTHER, "gicisky-000b")

    async def refusal(label: str, model: str | None) -> str:
        async with on_air(wolink, gicisky) as radio:
            with pytest.RaisesGroup(AnaquelError) as raised:
                await labelling.tried(radio, label, model, ask=None, say=told, patience=QUICK)
            return str(raised.value.exceptions[0])

    assert "do not tell their model; give --model with one of wolink-290" in await refusal(
        LABEL, None
    )
    assert "no Zhsunyco WoLink model is called 'easytag-36'" in await refusal(LABEL, "easytag-36")
    assert "it is gicisky-000b; leave out --model" in await refusal(
        OTHER.replace(":", ""), "gicisky-00a0"
    )


async def test_an_address_that_is_not_heard_still_gives_a_report(tmp_path: Path) -> None:
    device = RIGS["gicisky"].make(ADDRESS, "gicisky-000b")

    async with on_air(device) as radio:
        tried: Tried = await labelling.tried(
            radio,
            OTHER.replace(":", ""),
            None,
            ask=None,
            say=told,
            patience=replace(QUICK, listen=0.5),
        )

    assert "not heard within 0.5 s" in tried.problem
    await asyncio.to_thread(report.write, tried, tmp_path, AT)
    text = (tmp_path / "report.txt").read_text()
    assert "family     none that is known" in text
    assert "Nothing was sent: it was not heard" in text


async def test_an_adapter_that_is_not_there_ends_with_what_to_do() -> None:
    air = VirtualAir()
    radio = BleakRadio("hci1", stack=air.stack, pace=Pace(first_wait=0.05))

    with pytest.RaisesGroup(AnaquelError, flatten_subgroups=True) as raised:
        await labelling.heard(radio, 0.1, patience_s=0.5)

    assert str(raised.value.exceptions[0]) == (
        "hci1: the Bluetooth adapter does not work: adapter missing; "
        "plug it in, or start bluetoothd; it is tried again"
    )


async def test_a_scan_lists_what_is_in_reach() -> None:
    devices = [
        RIGS["gicisky"].make(ADDRESS, "gicisky-000b"),
        RIGS["zhsunyco_wolink"].make(OTHER, "wolink-213"),
    ]

    async with on_air(*devices) as radio:
        found = await labelling.heard(radio, 2.0)

    said = labelling.lines(found)
    assert said[0].split() == ["signal", "address", "family", "model", "tried"]
    assert {tuple(line.split()[2:5]) for line in said[1:]} == {
        (ADDRESS, "gicisky", "gicisky-000b"),
        (OTHER, "zhsunyco_wolink", "to"),
    }
    assert all(line.endswith("nobody has tried it on a real label yet") for line in said[1:])


async def test_a_label_with_a_key_is_tried_with_its_key() -> None:
    wired, key = "opendisplay-128x296-bwr-r90", bytes(range(16))

    async def with_keys(keys: Mapping[str, bytes], model: str | None) -> Tried:
        device = SimulatedOpenDisplayLabel(ADDRESS, layout_of(wired), key=key, refresh_s=0.3)
        async with on_air(device) as radio:
            return await labelling.tried(
                radio, LABEL, model, ask=None, say=told, patience=QUICK, keys=keys
            )

    locked = await with_keys({}, wired)
    opened = await with_keys({LABEL: key}, None)

    assert not locked.is_good
    assert labelling.was_locked(locked)
    assert opened.is_good
    assert not labelling.was_locked(opened)


BREAKING = """
from tests.support.example_ble import ExampleFamily
from device_drivers.labels.over_ble import BleLabelDriver
from device_drivers.registry import LabelFamily, Over


class Driver(BleLabelDriver):
    async def run(self):
        raise RuntimeError("what strangers do")


EXAMPLE = LabelFamily(
    family=ExampleFamily.family,
    over=Over.RADIO,
    build=lambda ways: Driver(ExampleFamily(), ways.radios),
)
"""


@pytest.fixture
def breaking(tmp_path: Path) -> Iterator[None]:
    distributions.install(
        tmp_path, "a-tag", {"a_tag.py": BREAKING}, points={"example": "a_tag:EXAMPLE"}
    )
    with distributions.importable(tmp_path):
        yield
    registry.load_others(distributions.is_left_out)


@pytest.mark.usefixtures("breaking")
async def test_a_driver_of_others_that_fails_takes_no_scan_with_it() -> None:
    device = RIGS["gicisky"].make(ADDRESS, "gicisky-000b")

    with capture_logs() as logged:
        async with on_air(device) as radio:
            found = await labelling.heard(radio, 2.0)

    assert [one.family.name for one in found] == ["gicisky"]
    assert [(one["event"], one["family"]) for one in logged if "family" in one] == [
        ("driver failed", "example")
    ]


KEYS = "FFFF10203040 = '00'\n"


def test_keys_that_cannot_be_used_are_told_before_anything_is_tried(tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text(KEYS)
    config = tmp_path / "config.toml"
    config.write_text(f'{GOOD}\n[labels]\nkeys_file = "keys.toml"\n')
    ended = CliRunner().invoke(cli.commands, ["labels", "try", ADDRESS, "--config", str(config)])

    assert ended.exit_code == 1
    assert ended.stderr.startswith(f'anaquel: {config}: labels.keys_file = "{keys}": ')
    assert "its key is not 32 hexadecimal digits" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("try", "shelf-1"), "'shelf-1' is no Bluetooth address"),
        (("try", ADDRESS, "--adapter", "wlan0"), "--adapter 'wlan0': write it as hciconfig"),
        (("scan", "--adapter", "hci1234"), "--adapter 'hci1234': write it as"),
    ],
)
def test_what_is_typed_wrong_is_said(arguments: tuple[str, ...], complaint: str) -> None:
    ended = CliRunner().invoke(cli.commands, ["labels", *arguments])

    assert ended.exit_code == 1
    assert ended.stderr.startswith(f"anaquel: {complaint}")
