"""``anaquel feed status``: how far each source of the catalogue is."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Annotated, Any

import typer

from gateway.cli import sharing
from gateway.cli.sharing import DEFAULT_CONFIG, Config, opened_database, plain_errors
from gateway.clock import SystemClock
from gateway.feed import status as feed_status
from gateway.feed.status import SourceStatus
from gateway.settings import Settings
from gateway.store.heard import Heard

_REFUSED = ": the last good rows stay; mend these where they were made"
_HELD = ": the rows before stay until a manager accepts these on the page Today, or others come"


def status(
    config: Config = DEFAULT_CONFIG,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Say how far each source is, also while the gateway runs."""
    with plain_errors():
        chosen = sharing.load(config)
        sources = asyncio.run(_read(chosen))
    now = SystemClock().now()
    if as_json:
        said = {"at": now.isoformat(), "sources": [_members(one, now) for one in sources]}
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    for one in sources:
        _say(one, now)
    if not sources:
        typer.echo("No source has sent anything yet.")


async def _read(chosen: Settings) -> tuple[SourceStatus, ...]:
    async with opened_database(chosen) as database:
        return await database.read(feed_status.read)


def _members(one: SourceStatus, now: datetime) -> dict[str, Any]:
    heard = one.heard
    return {
        "source": one.source,
        "epoch": one.epoch,
        "seq": one.seq,
        "digest": one.digest,
        "rows": one.rows,
        "refused": one.refused,
        "held": one.held,
        "problems": [problem.model_dump() for problem in one.first],
        "applied_at": one.applied_at.isoformat() if one.applied_at is not None else None,
        "central_epoch": heard.epoch if heard is not None else None,
        "central_seq": heard.seq if heard is not None else None,
        "behind": one.behind,
        "lag_s": one.lag_s(now),
        "equal": one.equal,
        "error": heard.error if heard is not None else None,
    }


def _say(one: SourceStatus, now: datetime) -> None:
    applied = one.applied_at.isoformat(timespec="seconds") if one.applied_at else "never"
    typer.echo(f"{one.source}: epoch {one.epoch} seq {one.seq}, {one.rows} rows, last {applied}")
    typer.echo(f"  digest   {one.digest}")
    typer.echo(f"  refused  {one.refused}{_REFUSED if one.refused else ''}")
    typer.echo(f"  held     {one.held}{_HELD if one.held else ''}")
    for problem in one.first:
        typer.echo(f"    {problem.kind} {problem.key}: {problem.message}")
    if one.refused + one.held > len(one.first):
        typer.echo(f"    and {one.refused + one.held - len(one.first)} more")
    if one.heard is not None:
        _say_heard(one, one.heard, now)


def _say_heard(one: SourceStatus, heard: Heard, now: datetime) -> None:
    if heard.seq is None:
        typer.echo("  behind   unknown: central has told no manifest yet")
    elif one.lag_s(now) == 0:
        equal = {True: "equal", False: "DIFFERENT", None: "not compared"}[one.equal]
        typer.echo(f"  behind   no; central's digest is {equal}")
    else:
        seqs = f"{one.behind} seqs" if one.behind is not None else "another epoch"
        typer.echo(
            f"  behind   {seqs}, for {one.lag_s(now):.0f} s; central is at "
            f"epoch {heard.epoch} seq {heard.seq}"
        )
    if heard.error is not None:
        typer.echo(f"  wrong    {heard.error}")
