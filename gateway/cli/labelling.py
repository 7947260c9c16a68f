"""``anaquel labels``: what Bluetooth labels are in reach, and trying one without a shop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from device_drivers.api.drivers import Failed, Reason
from gateway import settings
from gateway.cli.sharing import left_out, plain_errors
from gateway.clock import SystemClock
from gateway.errors import AnaquelError
from gateway.ops import logs
from gateway.settings import surroundings

if TYPE_CHECKING:
    from device_drivers.api.drivers import Hardware
    from device_drivers.registry import LabelFamily
    from gateway.labels.self_test.hearing import InReach, RunningRadio
    from gateway.labels.self_test.trial import Ask, Patience, Tried

Adapter = Annotated[str, typer.Option(help="The Bluetooth adapter.")]

_SHOWN_ANSWER = 500
_LOCKED = (
    "{label} asks for its key: write it into the file that [labels] keys_file of a settings file "
    "names, and try again with --config FILE"
)
_WAYS = {"messages": "the shop's broker", "radio": "Bluetooth", "access_point": "access point"}
_ADDRESS = re.compile(r"([0-9A-F]{2}:){5}[0-9A-F]{2}|[0-9A-F]{12}")


def scan(
    seconds: Annotated[float, typer.Option(min=1, max=600, help="How long to listen.")] = 15.0,
    adapter: Adapter = "hci0",
) -> None:
    """List the Bluetooth labels that are heard, the nearest first."""
    from device_drivers.links.ble import BleakRadio

    with plain_errors():
        logs.configure(settings.Log(level="error"))
        for line in lines(asyncio.run(heard(BleakRadio(_adapter(adapter)), seconds))):
            typer.echo(line)


def families() -> None:
    """List the label families. How each is reached, and how far it was tried on hardware."""
    from device_drivers import registry

    registry.load_others(left_out)
    for line in family_lines(registry.LABELS.values()):
        typer.echo(line)


def try_(
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="The label's Bluetooth address.")
    ],
    model: Annotated[
        str | None, typer.Option(help="Its model, where the label does not tell it.")
    ] = None,
    adapter: Adapter = "hci0",
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="A settings file (config.toml), for a label that asks for its key: [labels] "
            "keys_file has it. None is read if not given.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the report goes; made if missing.")
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """Try one label and write a report to send. White, black, test card, light, battery."""
    from device_drivers.links.ble import BleakRadio
    from gateway.labels.self_test import report

    with plain_errors():
        logs.configure(settings.Log(level="error"))
        label = _label(address)
        radio = BleakRadio(_adapter(adapter))
        ask = None if yes else _asked
        keys = _keys(config)
        done = asyncio.run(tried(radio, label, model, ask=ask, say=typer.echo, keys=keys))
        at = SystemClock().now()
        folder = out or Path(f"label-{label}-{at:%Y%m%d-%H%M%S}")
        try:
            written = report.write(done, folder, at)
        except OSError as error:
            raise AnaquelError(
                f"{folder}: cannot be written: {error.strerror}; give another folder with --out"
            ) from error
    typer.echo("")
    typer.echo(written[0].read_text(encoding="utf-8"), nl=False)
    typer.echo(f"Written: {len(written)} files in {folder}. Nothing in them is of your shop.")
    if label not in keys and was_locked(done):
        typer.echo(_LOCKED.format(label=label), err=True)
    if not done.is_good:
        raise typer.Exit(1)


async def heard(radio: RunningRadio, seconds: float, *, patience_s: float = 15.0) -> list[InReach]:
    """The labels of known families that ``radio`` hears in that time, the nearest first.

    Raises ``AnaquelError`` when the adapter does not work within ``patience_s`` seconds.
    """
    from device_drivers.registry import Ways
    from gateway.labels import driving
    from gateway.labels.self_test import hearing

    drivers = await driving.drivers(Ways(radios=[radio]), left_out)
    ears = hearing.Hearing(drivers.values())
    async with hearing.listening(radio, ears, patience_s=patience_s):
        await asyncio.sleep(seconds)
        return ears.nearest(radio)


async def tried(
    radio: RunningRadio,
    label: str,
    model: str | None,
    *,
    ask: Ask | None,
    say: Callable[[str], None],
    patience: Patience | None = None,
    keys: Mapping[str, bytes] | None = None,
) -> Tried:
    """The label with this id, tried over ``radio``; ``keys`` are those of labels by id."""
    from device_drivers.links.metered import MeteredRadio
    from device_drivers.registry import Ways
    from gateway.labels import driving
    from gateway.labels.self_test import hearing
    from gateway.labels.self_test.trial import Trial

    metered = MeteredRadio(radio)
    drivers = await driving.drivers(Ways(radios=[metered], key_of=(keys or {}).get), left_out)
    ears = hearing.Hearing(drivers.values())
    trial = Trial(metered, drivers, ears, ask=ask, say=say, patience=patience)
    async with hearing.listening(radio, ears):
        return await trial.run(label, model)


def family_lines(known: Iterable[LabelFamily]) -> list[str]:
    """A table for people; below it what a buyer must know."""
    rows = [("family", "labels", "reached by", "hardware", "date", "firmware")]
    notices = []
    for entry in known:
        family, way = entry.family, _WAYS[entry.over.value]
        rows.append((family.name, family.title, way, *_tried(family.hardware)))
        rows += [
            (f"  {model.id}", model.title, "", *_tried(model.hardware))
            for model in family.models
            if model.hardware.level != "none"
        ]
        if family.notice:
            notices.append(f"{family.name}: {family.notice}")
    return [*_table(rows), *notices]


def lines(found: list[InReach]) -> list[str]:
    """A table for people."""
    from gateway.labels.self_test.report import tried_words

    if not found:
        return ["No label of a known family was heard: bring it nearer, wake it, listen longer."]
    rows = [("signal", "address", "family", "model", "tried")]
    for one in found:
        signal = one.telemetry.rssi_dbm
        model = one.panel.name if one.panel is not None else "to be chosen"
        rows.append(
            (
                f"{signal} dBm" if signal is not None else "-",
                ":".join(one.label[at : at + 2] for at in range(0, len(one.label), 2)),
                one.family.name,
                f"cannot be driven: {one.problem}" if one.problem else model,
                tried_words(one.hardware),
            )
        )
    return _table(rows)


def was_locked(done: Tried) -> bool:
    """Whether the label let nobody in."""
    last = [step.tries[-1].outcome for step in done.steps if step.tries]
    return any(isinstance(one, Failed) and one.reason is Reason.NOT_LET_IN for one in last)


def _keys(config: Path | None) -> Mapping[str, bytes]:
    if config is None:
        return {}
    return surroundings.keys_of_labels(config, settings.load(config))


def _tried(hardware: Hardware) -> tuple[str, str, str]:
    on = hardware.on.isoformat() if hardware.on is not None else "-"
    return hardware.level, on, hardware.firmware or "-"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _label(address: str) -> str:
    """The id of the label at an address that is written with or without colons."""
    plain = address.strip().upper()
    if _ADDRESS.fullmatch(plain) is None:
        raise AnaquelError(
            f"{address!r} is no Bluetooth address; write it like FF:FF:10:20:30:40, as "
            "`anaquel labels scan` lists it"
        )
    return plain.replace(":", "")


def _adapter(name: str) -> str:
    if re.fullmatch(r"hci\d{1,2}", name) is None:
        raise AnaquelError(f"--adapter {name!r}: write it as hciconfig names it, like hci0")
    return name


async def _asked(question: str) -> str:
    answer = await asyncio.to_thread(typer.prompt, question, default="", show_default=False)
    return str(answer).strip()[:_SHOWN_ANSWER]
