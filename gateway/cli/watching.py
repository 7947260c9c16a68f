"""``anaquel central watch``: where each gateway of a shop stands."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from device_drivers.links.messages import Message
from gateway import lifecycle, settings
from gateway.broker import topics
from gateway.central import settings as central_settings
from gateway.central.settings import CentralSettings
from gateway.central.watching import Standing, View
from gateway.cli.central import DEFAULT_CENTRAL, CentralConfig
from gateway.cli.sharing import plain_errors
from gateway.clock import Clock, SystemClock
from gateway.ops import logs

_HEADINGS = (
    *("gateway", "there", "epoch", "seq", "behind", "digest", "refused", "held"),
    "labels shown/failed",
)
_EVERY_S = 1.0
_PROBLEMS_SHOWN = 10
_PRICES_SHOWN = 10
_HELD = "held_"
"""How the codes of held rows begin."""
_ACCEPT = (
    "{gateway}: are the held rows meant? anaquel central accept {gateway}, or the manager on "
    "the page Today; else publish the right ones"
)


def watch(
    config: CentralConfig = DEFAULT_CENTRAL,
    *,
    once: Annotated[bool, typer.Option("--once", help="Print what is known now, and end.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON for programs; with --once.")
    ] = False,
    wait: Annotated[
        float, typer.Option(min=0.1, help="With --once: seconds to listen before printing.")
    ] = 2.0,
) -> None:
    """Show where every gateway of the shop stands. Position, lag, digest, problems, prices."""
    if as_json and not once:
        raise typer.BadParameter("--json goes with --once")
    with plain_errors():
        logs.configure(settings.Log(level="error"))
        chosen = central_settings.load(config)
        asyncio.run(_watch(chosen, SystemClock(), wait if once else None, as_json=as_json))


async def _watch(
    chosen: CentralSettings, clock: Clock, wait: float | None, *, as_json: bool
) -> None:
    from gateway.central import ingest, keys, reaching

    view = View(keys.opener_of(chosen))
    for gateway, event in await asyncio.to_thread(lambda: list(ingest.latest(chosen.folder))):
        view.recall(gateway, event)
    link = reaching.link_of(chosen, "watch")
    heard = link.messages(
        topics.MANIFEST,
        topics.feed_position("+"),
        topics.feed_problems("+"),
        topics.gateway_state("+"),
        topics.events_batch("+"),
    )
    stop = asyncio.Event()
    with lifecycle.stop_on_signals(stop):
        async with asyncio.TaskGroup() as group, reaching.running(chosen, link):
            hearing = group.create_task(_hear(heard, view, clock), name="watch")
            if wait is None and not sys.stdout.isatty():
                await _in_lines(view, chosen, clock, stop)
            elif wait is None:
                await _live(view, chosen, clock, stop)
            else:
                await _until(stop, wait)
                _print(view, chosen, clock, as_json=as_json)
            hearing.cancel()


async def _hear(heard: AsyncIterator[Message], view: View, clock: Clock) -> None:
    async for message in heard:
        view.hear(message.topic, message.payload, clock.now())
        message.ack()


async def _until(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def _live(view: View, chosen: CentralSettings, clock: Clock, stop: asyncio.Event) -> None:
    with Live(_screen(view, chosen, clock.now()), auto_refresh=False) as live:
        while not stop.is_set():
            await _until(stop, _EVERY_S)
            live.update(_screen(view, chosen, clock.now()), refresh=True)


async def _in_lines(view: View, chosen: CentralSettings, clock: Clock, stop: asyncio.Event) -> None:
    """For a file or a program: what is new, each on a line with its time, at once."""
    told: list[str] = []
    while not stop.is_set():
        now = clock.now()
        said = changes(view, chosen.store, now)
        try:
            for line in said:
                if line not in told:
                    typer.echo(f"{now.isoformat(timespec='seconds')} {line}")
        except BrokenPipeError:
            # Who read it has seen enough. What is left goes nowhere, or the exit complains of it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        told = said
        await _until(stop, _EVERY_S)


def changes(view: View, store: str, now: datetime) -> list[str]:
    """Everything there is to say, in lines that stay the same while nothing happens."""
    at = view.manifest
    where = "has told no manifest yet" if at is None else f"is at epoch {at.epoch} seq {at.seq}"
    said = [f"{store}: central {where}"]
    for one in view.standings(now):
        # How long somebody is behind goes on by itself.
        still: Standing = {**one, "lag_s": None if one["lag_s"] is None else 0.0}
        cells = zip(_HEADINGS, _cells(still), strict=True)
        said.append(", ".join(f"{heading} {cell}" for heading, cell in cells))
        said += lines(one)
    return said


def _print(view: View, chosen: CentralSettings, clock: Clock, *, as_json: bool) -> None:
    now = clock.now()
    if not as_json:
        Console(soft_wrap=True).print(_screen(view, chosen, now))
        return
    said: dict[str, Any] = {
        "store": chosen.store,
        "at": now.isoformat(),
        "central": view.manifest.model_dump(exclude_none=True) if view.manifest else None,
        "gateways": view.standings(now),
    }
    typer.echo(json.dumps(said, ensure_ascii=False))


def _screen(view: View, chosen: CentralSettings, now: datetime) -> Group:
    table = Table(title=None, pad_edge=False, box=None)
    for heading in _HEADINGS:
        table.add_column(heading)
    standings = view.standings(now)
    for one in standings:
        table.add_row(*_cells(one))
    parts: list[Any] = [_head(view, chosen), table]
    for one in standings:
        parts += [Text(line) for line in lines(one)]
    if not standings:
        parts.append(Text("No gateway of this shop has been heard of yet."))
    return Group(*parts)


def _head(view: View, chosen: CentralSettings) -> Text:
    if view.manifest is None:
        return Text(f"{chosen.store}: central has told no manifest yet (anaquel central publish)")
    at = view.manifest
    told = _second(at.issued_at)
    return Text(f"{chosen.store}: central is at epoch {at.epoch} seq {at.seq}, told {told}")


def _second(text: str) -> str:
    """The time without fractions of a second; other text as it is."""
    try:
        return datetime.fromisoformat(text).isoformat(timespec="seconds")
    except ValueError:
        return text


def _cells(one: Standing) -> list[str]:
    there = {True: "yes", False: "NO", None: "?"}[one["online"]]
    equal = {True: "equal", False: "DIFFERENT", None: "under way"}[one["equal"]]
    unknown = "-" if one["epoch"] is None or one["lag_s"] is None else "epoch"
    behind = unknown if one["behind"] is None else str(one["behind"])
    if one["lag_s"]:
        behind = f"{behind} for {one['lag_s']:.0f} s"
    return [
        one["gateway"],
        there,
        "-" if one["epoch"] is None else str(one["epoch"]),
        "-" if one["seq"] is None else str(one["seq"]),
        behind,
        equal,
        str(one["refused"]),
        str(one["held"]),
        f"{one['labels_shown']}/{one['labels_failed']}",
    ]


def lines(one: Standing) -> list[str]:
    """What a person should read about one gateway, below the table."""
    said = [f"{one['gateway']}: {one['error']}"] if one["error"] else []
    shown = one["problems"][:_PROBLEMS_SHOWN]
    for problem in shown:
        what = "held" if problem["code"].startswith(_HELD) else "refused"
        row = f"{problem['kind']} {problem['key']}"
        said.append(f"{one['gateway']}: {what} {row}: {problem['message']}")
    more = one["refused"] + one["held"] - len(shown)
    if shown and more > 0:
        said.append(f"{one['gateway']}: and {more} more")
    if one["held"]:
        said.append(_ACCEPT.format(gateway=one["gateway"]))
    for price in one["prices"][-_PRICES_SHOWN:]:
        shown, labels = price.get("shown", "?"), price.get("labels", "?")
        said.append(f"{one['gateway']}: {price['subject']}: shown on {shown} of {labels} labels")
    return said
