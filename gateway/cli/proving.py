"""``anaquel proof``: what a label showed when, and whether that record is as it was written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typing_extensions import override

from gateway.cli import sharing
from gateway.cli.sharing import DEFAULT_CONFIG, Config, opened_database, plain_errors
from gateway.clock import SystemClock
from gateway.domain.labels import normalise_code
from gateway.domain.proof import BROKER_AWAY, GATEWAY_OFF, WAY_AWAY, WAY_SILENT, Break, Entry
from gateway.errors import AnaquelError
from gateway.settings import Settings
from gateway.store import labels, proof, proof_at
from gateway.store.database import Connection, Database
from gateway.store.proof_at import Answer, Span

if TYPE_CHECKING:
    from gateway.labels.proof_export import Exported, Kept

Label = Annotated[str, typer.Argument(help="The label's id, or the code on it.", metavar="LABEL")]
At = Annotated[
    str | None,
    typer.Option(help="The shop's time, like '2026-11-03 17:42', or with an offset; else now."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]


_WHY = {
    GATEWAY_OFF: ": the gateway was off",
    BROKER_AWAY: ": the shop's broker was away",
    WAY_AWAY: ": its adapter or access point did not work",
    WAY_SILENT: ": nothing was heard over its adapter or access point",
}


class OrLabel(TyperGroup):
    """``anaquel proof LABEL`` is short for ``anaquel proof show LABEL``."""

    @override
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """What is no command is a label."""
        if args and args[0] not in self.commands:
            args = ["show", *args]
        return super().resolve_command(ctx, args)


def show(
    label: Label,
    at: At = None,
    out: Annotated[
        Path | None,
        typer.Option(help="A folder for proof.csv and the picture as PNG; made if missing."),
    ] = None,
    config: Config = DEFAULT_CONFIG,
    *,
    as_json: Json = False,
) -> None:
    """Say what a label showed at a time. Since when, until when, and whether it was in reach."""
    with plain_errors():
        chosen = sharing.load(config)
        now = SystemClock().now()
        instant = now if at is None else _instant(at, chosen.shop.zone, "--at")
        said, kept = asyncio.run(_show(chosen, label, instant, out, now))
    if as_json:
        typer.echo(json.dumps(_members(said, kept, chosen.shop.zone), ensure_ascii=False))
        return
    for line in lines(said, kept, chosen.shop.zone):
        typer.echo(line)
    if out is not None:
        typer.echo(f"Written: {out / 'proof.csv'} and {out / 'pictures'}")


def verify(config: Config = DEFAULT_CONFIG, *, as_json: Json = False) -> None:
    """Hash every row of every label's record again. Ends with 1 when one was changed."""
    with plain_errors():
        checked, found = asyncio.run(_verify(sharing.load(config)))
    if as_json:
        said = [{"label": one.label, "row": one.number, "why": one.why} for one in found]
        typer.echo(json.dumps({"labels": checked, "broken": said}))
    else:
        for one in found:
            typer.echo(f"{one.label}: row {one.number}: {one.why}")
        rest = "none is broken" if not found else f"{len(found)} are broken: see above"
        typer.echo(f"{checked} labels have a record; {rest}.")
    if found:
        raise typer.Exit(1)


def export(
    out: Annotated[Path, typer.Option(help="The folder to write into; made if missing.")],
    since: Annotated[str, typer.Option("--from", help="From this time on.")],
    until: Annotated[str | None, typer.Option("--to", help="Before this time; else now.")] = None,
    label: Annotated[str | None, typer.Option(help="Only this label; else all.")] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Write the record of a time as proof.csv, with the pictures as PNG."""
    with plain_errors():
        chosen = sharing.load(config)
        first = _instant(since, chosen.shop.zone, "--from")
        last = SystemClock().now() if until is None else _instant(until, chosen.shop.zone, "--to")
        if first >= last:
            raise AnaquelError("--from is not before --to; turn them round")
        done = asyncio.run(_export(chosen, out, first, last, label))
    typer.echo(f"{done.rows} rows and {done.pictures} pictures written to {out}")
    if done.missing:
        typer.echo(f"{done.missing} pictures are not kept any more; their hashes are in the rows")


async def _show(
    chosen: Settings, name: str, at: datetime, out: Path | None, now: datetime
) -> tuple[Answer, Kept | None]:
    from gateway.labels import proof_export

    async with opened_database(chosen) as database:
        label = await _label(database, name)
        said = await database.read(partial(proof_at.answer, label=label, at=at))
        if said is None:
            raise AnaquelError(f"{name}: nothing is on record of this label yet")
        if said.shown is None:
            return said, None
        kept = await database.read(partial(proof_export.picture, entry=said.shown))
        if out is not None:
            since = await database.read(partial(proof_at.asked_at, shown=said.shown))
            until = said.until or now + timedelta(seconds=1)
            await _written(
                proof_export.export(
                    database, out, chosen.shop.zone, since=since, until=until, label=label
                ),
                out,
            )
        return said, kept


async def _export(
    chosen: Settings, out: Path, since: datetime, until: datetime, name: str | None
) -> Exported:
    from gateway.labels import proof_export

    async with opened_database(chosen) as database:
        label = None if name is None else await _label(database, name)
        return await _written(
            proof_export.export(
                database, out, chosen.shop.zone, since=since, until=until, label=label
            ),
            out,
        )


async def _written(work: Awaitable[Exported], out: Path) -> Exported:
    try:
        return await work
    except OSError as error:
        raise AnaquelError(
            f"{out}: cannot be written: {error.strerror}; give another folder with --out"
        ) from error


async def _verify(chosen: Settings) -> tuple[int, list[Break]]:
    async with opened_database(chosen) as database:
        gone = await database.read(proof.lost_rows)
        found = [Break(label=one, number=1, why="the label's chain is missing") for one in gone]
        checked, after = 0, ""
        while some := await database.read(partial(proof.chains, after=after)):
            checked, after = checked + len(some), some[-1].label
            for chain in some:
                broken = await database.read(partial(proof.broken, chain=chain))
                found += [] if broken is None else [broken]
        return checked, found


async def _label(database: Database, name: str) -> str:
    """The id of the label with this id or code; one that is gone may still be on record."""

    def find(connection: Connection) -> str:
        if proof.is_known(connection, name):
            return name
        code = normalise_code(name)
        known = labels.by_code(connection, code) if code is not None else None
        return known.id if known is not None else name

    return await database.read(find)


def _instant(text: str, zone: tzinfo, option: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise AnaquelError(
            f"{option} {text!r} is no time; write it like '2026-11-03 17:42'"
        ) from None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=zone)


def lines(said: Answer, kept: Kept | None, zone: tzinfo) -> Iterator[str]:
    """The answer for a person."""
    when = partial(_when, zone=zone)
    yield f"{said.label} at {when(said.at)}"
    shown = said.shown
    if shown is None:
        yield f"  shown        {_nothing(said, when)}"
    else:
        until = "now" if said.until is None else when(said.until)
        yield f"  shown        since {when(shown.at)} until {until}{_clock(shown)}"
        yield f"  price        {price(shown)}"
        yield f"  picture      {_picture(shown, kept)}"
        yield f"  template     {shown.template or 'not known'}"
    if said.asked is not None:
        yield (
            f"  asked for    another picture since {when(said.asked.at)}, not confirmed: "
            f"{price(said.asked)}"
        )
    yield f"  reachable    {'yes' if said.reachable else 'NO'}"
    for span in said.unreachable:
        until = "not heard of since" if span.until is None else f"until {when(span.until)}"
        why = _WHY.get(span.why or "", "")
        yield f"  unreachable  from {when(span.since)} {until}{why}"


def price(entry: Entry) -> str:
    """The price in a picture, in one line."""
    facts = entry.prices
    if not facts:
        return "not on record"
    of = " ".join(f"{key} (seq {seq})" for key, seq in (facts.get("offers") or {}).items())
    if "price" not in facts:
        return f"none ({facts.get('state')}) {of}".rstrip()
    parts = [f"{'from ' if facts.get('from') else ''}{facts['price']} {facts['currency']}"]
    parts += [
        f"{word} {facts[name]}"
        for name, word in (
            ("kind", ""),
            ("unit_price", "per unit"),
            ("prior", "before"),
            ("regular", "regular"),
            ("loyalty", "members"),
            ("campaign", "campaign"),
        )
        if name in facts
    ]
    return f"{', '.join(part.strip() for part in parts)}: {of}"


def _nothing(said: Answer, when: Callable[[datetime], str]) -> str:
    if not said.is_kept and said.kept_from is not None:
        return f"not kept any more: the record begins at {when(said.kept_from)}"
    if said.lost_at is not None:
        return f"no picture of ours since {when(said.lost_at)}: it said that it had lost it"
    return "no picture that it had confirmed"


def _picture(shown: Entry, kept: Kept | None) -> str:
    if kept is None or kept.png is None:
        return f"{shown.fingerprint} (not kept any more; this is its hash)"
    if not kept.matches:
        return f"{shown.fingerprint} DOES NOT MATCH what is kept under it"
    sent = ", the PNG is what was sent" if kept.as_sent else ""
    return f"{shown.fingerprint} (kept, hashed again: the same{sent})"


def _clock(entry: Entry) -> str:
    return " (the clock was not known to be right)" if entry.doubted else ""


def _when(instant: datetime, zone: tzinfo) -> str:
    return instant.astimezone(zone).isoformat(sep=" ", timespec="seconds")


def _members(said: Answer, kept: Kept | None, zone: tzinfo) -> dict[str, Any]:
    when = partial(_when_or_none, zone=zone)
    return {
        "label": said.label,
        "at": when(said.at),
        "kept": said.is_kept,
        "shown": _entry(said.shown, when),
        "until": when(said.until),
        "lost_at": when(said.lost_at),
        "picture_kept": kept is not None and kept.png is not None,
        "picture_matches": kept is not None and kept.matches,
        "picture_as_sent": kept is not None and kept.as_sent,
        "asked": _entry(said.asked, when),
        "reachable": said.reachable,
        "unreachable": [_span(span, when) for span in said.unreachable],
    }


def _entry(
    entry: Entry | None, when: Callable[[datetime | None], str | None]
) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {
        "at": when(entry.at),
        "clock": "doubted" if entry.doubted else "trusted",
        "pixels_sha256": entry.fingerprint,
        "picture_sha256": entry.picture,
        "template": entry.template,
        "prices": dict(entry.prices),
    }


def _span(span: Span, when: Callable[[datetime | None], str | None]) -> dict[str, str | None]:
    return {"from": when(span.since), "until": when(span.until), "why": span.why}


def _when_or_none(instant: datetime | None, zone: tzinfo) -> str | None:
    return None if instant is None else instant.astimezone(zone).isoformat(timespec="milliseconds")
