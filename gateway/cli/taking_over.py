"""``anaquel takeover``: a zone that another system drives, taken over and given back."""

from __future__ import annotations

import asyncio
import csv
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import sharing
from gateway.cli.sharing import (
    DEFAULT_CONFIG,
    Config,
    left_out,
    opened_database,
    plain_errors,
    write,
)
from gateway.clock import SystemClock
from gateway.domain.events import Origin
from gateway.domain.takeover import Claim, TakeoverError
from gateway.errors import AnaquelError
from gateway.settings import Settings
from gateway.store import takeover
from gateway.store.database import Connection
from gateway.store.takeover import Zone

if TYPE_CHECKING:
    from device_drivers.api.panels import Frame
    from gateway.labels.living import Doer
    from gateway.labels.taking_over.trying import Tried

ZoneName = Annotated[str, typer.Argument(help="The zone, as the list names it.", metavar="ZONE")]

_SHOWN = 20
_BY = "command"
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)


def import_(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A list: our CSV, or what the other system gives."),
    ],
    zone: Annotated[
        str, typer.Option(help="The zone of lines that name none.", show_default=False)
    ] = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Note which labels of a zone another system drives. Nothing is sent to them."""
    from gateway.feed.sources import takeover_lists
    from gateway.labels.taking_over import zones

    with _told():
        chosen = sharing.load(config)
        claims = takeover_lists.read(_contents(file), zone=zone)
        doer = _doer(chosen)
        done = asyncio.run(write(chosen, lambda rows: zones.import_(rows, claims, doer)))
    for name, count in sorted(done.items()):
        typer.echo(f"zone {name}: {count} labels noted. None of them is driven.")
    typer.echo("Next: anaquel takeover check")


def check(
    zone: ZoneName,
    prices: Annotated[
        Path | None, typer.Option(help="A CSV of what the other system shows.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where every picture and check.csv go; made if missing.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Draw every label of a zone and compare its price. Changes nothing, sends nothing."""
    from gateway.feed.sources import takeover_lists
    from gateway.labels.taking_over import trying

    with _told():
        chosen = sharing.load(config)
        _load_families()
        theirs = takeover_lists.prices(_contents(prices)) if prices is not None else {}
        try:
            folder = out / "pictures" if out is not None else None
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            tried = asyncio.run(_check(chosen, zone, theirs, folder))
            if out is not None:
                _write_findings(tried, out / "check.csv")
        except OSError as error:
            raise AnaquelError(f"{out}: cannot be written: {error.strerror}") from error
        for line in trying.lines(tried, _SHOWN):
            typer.echo(line)
    if out is not None:
        typer.echo(f"Written: {out / 'check.csv'} and a picture of each label that could be drawn")


def switch(
    zone: ZoneName,
    config: Config = DEFAULT_CONFIG,
    *,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Leave labels with a problem as they are.")
    ] = False,
) -> None:
    """Drive the labels of a zone from now on."""
    from gateway.labels.taking_over import zones

    with _told():
        chosen = sharing.load(config)
        doer = _doer(chosen)
        _load_families()
        done = asyncio.run(
            write(chosen, lambda rows: zones.switch(rows, zone, doer, anyway=anyway))
        )
    typer.echo(f"zone {zone}: {done.driven} labels are driven by this gateway from now on.")
    if done.unheard:
        typer.echo(f"{done.unheard} were not heard yet; each is taken over when it is heard.")
    for one in done.left[:_SHOWN]:
        typer.echo(f"left as it is: {zones.in_words(one)}")
    if len(done.left) > _SHOWN:
        typer.echo(f"... and {len(done.left) - _SHOWN} more")


def release(
    zone: ZoneName,
    out: Annotated[Path, typer.Option(help="The list of its labels, for the other system.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Give a zone back: its labels are not driven any more."""
    with _told():
        chosen = sharing.load(config)
        _load_families()
        doer = _doer(chosen)
        try:
            done = asyncio.run(write(chosen, partial(_release, zone=zone, doer=doer, out=out)))
        except OSError as error:
            raise AnaquelError(
                f"{out}: cannot be written: {error.strerror}; nothing was given back"
            ) from error
    typer.echo(f"zone {zone}: {done} labels were driven until now, and are not any more.")
    typer.echo(f"Written: {out}")
    typer.echo("They show their last picture until the other system sends one.")


def forget(zone: ZoneName, config: Config = DEFAULT_CONFIG) -> None:
    """Forget the list of a zone that is not driven. Its labels wait like any others."""
    from gateway.labels.taking_over import zones

    with _told():
        chosen = sharing.load(config)
        doer = _doer(chosen)
        gone = asyncio.run(write(chosen, lambda rows: zones.forget(rows, zone, doer)))
    typer.echo(f"zone {zone}: {gone} labels forgotten.")


def status(config: Config = DEFAULT_CONFIG) -> None:
    """List the zones that were imported, and who drives them."""
    with _told():
        chosen = sharing.load(config)
        found = asyncio.run(_status(chosen))
    if not found:
        typer.echo("No zone was imported.")
    for one in found:
        since = one.at.astimezone(chosen.shop.zone)
        typer.echo(
            f"{one.name}: {_STATES[one.state.value]} since {since:%Y-%m-%d %H:%M}, "
            f"{one.labels} labels"
        )


_STATES = {
    "imported": "imported, driven by the other system",
    "switched": "driven by this gateway",
    "released": "released, driven by the other system",
}


async def _check(
    chosen: Settings, zone: str, prices: Mapping[str, str], folder: Path | None
) -> Tried:
    from gateway.labels.drawing import TemplateRenderer
    from gateway.labels.reloading import Templates
    from gateway.labels.taking_over.trying import DryRun
    from gateway.render.pool import RenderPool

    clock, shop = SystemClock(), chosen.shop
    async with (
        opened_database(chosen) as database,
        RenderPool(chosen.labels.render_workers) as pool,
    ):
        drawn_by = await Templates(database, clock, chosen).begin()
        renderer = TemplateRenderer(pool, drawn_by.known, shop.country, shop.zone)
        trial = DryRun(database, renderer, shop, drawn_by.known)
        keep = partial(_keep, folder)
        return await trial.of(zone, clock.now(), prices=prices, keep=keep)


def _keep(folder: Path | None, key: str, frame: Frame) -> None:
    from device_drivers import pictures

    if folder is not None:
        (folder / f"{_UNSAFE.sub('_', key)}.png").write_bytes(pictures.to_rgb(frame))


def _write_findings(tried: Tried, file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        out = csv.writer(opened)
        out.writerow(("label", "alias", "article", "panel", "result", "here", "there", "what"))
        for one in tried.findings:
            here, there = one.difference.ours, one.difference.theirs
            out.writerow(
                (
                    *(one.label or one.claim.label, one.claim.alias, one.claim.article),
                    *(one.panel, one.kind),
                    "" if here is None else f"{here:f}",
                    "" if there is None else f"{there:f}",
                    one.said,
                )
            )


async def _status(chosen: Settings) -> Sequence[Zone]:
    async with opened_database(chosen) as database:
        return await database.read(takeover.zones)


def _release(connection: Connection, *, zone: str, doer: Doer, out: Path) -> int:
    from gateway.feed.sources import takeover_lists
    from gateway.labels.taking_over import zones

    def keep(claims: Sequence[Claim]) -> None:
        gtins = zones.gtins(connection, claims)
        _write_whole(out, takeover_lists.write(claims, gtins))

    return zones.release(connection, zone, doer, keep)


def _write_whole(file: Path, data: bytes) -> None:
    """The file is whole and on the disk, or as it was."""
    part = file.with_name(f"{file.name}.part")
    with part.open("wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)


def _load_families() -> None:
    """A list may name models of families that other distributions brought."""
    from device_drivers import registry

    registry.load_others(left_out)


def _doer(chosen: Settings) -> Doer:
    from gateway.labels.living import Doer

    origin = Origin(store=chosen.shop.store, gateway=chosen.shop.gateway)
    return Doer(origin=origin, by=_BY, at=SystemClock().now())


def _contents(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise AnaquelError(f"{file}: cannot be read: {error.strerror}") from error


@contextmanager
def _told() -> Iterator[None]:
    """Say what is in the way, each on a line of its own."""
    with plain_errors():
        try:
            yield
        except TakeoverError as error:
            raise AnaquelError("\n  ".join((str(error), *error.problems))) from error
