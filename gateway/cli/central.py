"""``anaquel central publish``, ``serve`` and ``check``: the reference central side."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from device_drivers.links.messages import Message
from gateway import lifecycle, settings
from gateway.central import reading
from gateway.central import settings as central_settings
from gateway.central.checking import LINE, ROW, WHOLE, Checker, Findings
from gateway.central.settings import CentralSettings
from gateway.central.state import StateFolder
from gateway.cli.sharing import plain_errors
from gateway.clock import Clock, SystemClock
from gateway.errors import AnaquelError
from gateway.ops import logs
from gateway.wording.counting import counted

if TYPE_CHECKING:
    from gateway.central.publishing import Prepared

DEFAULT_CENTRAL = Path("central.toml")
CentralConfig = Annotated[Path, typer.Option("--config", help="Its settings file (central.toml).")]
Rows = Annotated[
    Path, typer.Argument(metavar="FILE", help="A file of rows, or a folder of such files.")
]
KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_FAULTS_SHOWN = 20


def publish(
    file: Rows,
    config: CentralConfig = DEFAULT_CENTRAL,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="The rows are all of the feed; delete every other.")
    ] = False,
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="Tell it as a snapshot, not as deltas.")
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="All up to this is meant: shops hold nothing of it.")
    ] = False,
) -> None:
    """Make rows the feed of a shop. What changed is kept, and told over the broker."""
    # Whatever speaks MQTT is loaded by the command that needs it: the others start sooner.
    from gateway.central import publishing

    with plain_errors():
        logs.configure(settings.Log(level="error"))
        chosen = central_settings.load(config)
        clock = SystemClock()
        now = reading.read(file, chosen)
        _say_faults(now.checker.found, _FAULTS_SHOWN)
        if dry_run:
            found = publishing.compared(chosen, now, whole=replace)
            typer.echo(f"would be published: {found}")
            return
        prepared = publishing.prepare(
            chosen,
            now,
            clock.now(),
            whole=replace,
            as_snapshot=snapshot,
            accept=accept,
        )
        asyncio.run(publishing.tell(chosen, prepared))
        _say_published(prepared, now.checker.found)
        if not StateFolder(chosen.folder).is_held("serve"):
            typer.echo(
                "anaquel central serve does not run here: shops that were away or are new wait for "
                f"it; start it with: anaquel central serve --config {config}"
            )


def key(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="How shops call the key, like central-2026.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Where the private half goes; NAME.pem when not given.")
    ] = None,
) -> None:
    """Make a key pair, so that shops can be sure who sends them prices."""
    from gateway.central import keys

    file = out or Path(f"{name}.pem")
    with plain_errors():
        if KEY_ID.fullmatch(name) is None:
            raise AnaquelError(f"{name}: is no name for a key; write 1 to 64 of A-Z a-z 0-9 . _ -")
        public = keys.make(file)
    typer.echo(f"{file} is the private half: keep it to yourself. For central.toml, [sign]:")
    typer.echo(f'key_id = "{name}"\nkey_file = "{file}"\n')
    typer.echo("For the settings of every shop, [central.keys]:")
    typer.echo(f'"{name}" = "{public}"')


def serve(config: CentralConfig = DEFAULT_CENTRAL) -> None:
    """Answer shops, serve snapshots and take events. SIGTERM or Ctrl-C ends it."""
    with plain_errors():
        logs.configure(settings.Log())
        chosen = central_settings.load(config)
        _serve(chosen, SystemClock())


def check(
    what: Annotated[
        str, typer.Argument(metavar="FILE|TOPIC", help="Rows, a message, or a topic to listen to.")
    ],
    config: CentralConfig = DEFAULT_CENTRAL,
    *,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="How long to listen; until Ctrl-C if not given.")
    ] = None,
) -> None:
    """Say what a shop would refuse, without a shop. The exit code is 1 if there is anything."""
    with plain_errors():
        found = _checked(what, config, seconds)
    if found.faults:
        raise typer.Exit(1)


def _checked(what: str, config: Path, seconds: float | None) -> Findings:
    path = Path(what)
    if not path.exists() and "feed/" in what:
        logs.configure(settings.Log(level="warning"))
        chosen = central_settings.load(config)
        from gateway.central import keys

        checker = Checker(keys.opener_of(chosen))
        asyncio.run(_listen(chosen, _relative(what, chosen), checker, seconds))
    elif reading.is_message_file(path):
        checker = reading.read_message(path)
        _say_faults(checker.found, None)
    else:
        known = config.exists()
        chosen = central_settings.load(config) if known else CentralSettings(store="shop")
        checker = reading.read(path, chosen).checker
        _say_faults(checker.found, None)
    found = checker.found
    looked = counted(found.rows, "row")
    if found.messages:
        looked = f"{counted(found.messages, 'message')} with {looked}"
    typer.echo(f"{looked}: {_verdict(found)}")
    return found


def _verdict(found: Findings) -> str:
    row, line, whole = found.of(ROW), found.of(LINE), found.of(WHOLE)
    if not found.faults:
        return "a shop takes all of it."
    said = [f"{row} refused"] if row else []
    if line:
        said.append(f"{counted(line, 'fault')} on lines or cells that are left out")
    if whole:
        said.append(
            f"{counted(whole, 'fault')} for which a shop takes nothing of the message or file"
        )
    return ", ".join(said) + "."


def _relative(topic: str, chosen: CentralSettings) -> str:
    """The topic below the shop's prefix. Raises ``AnaquelError`` for another shop's."""
    inner = topic.removeprefix(f"{chosen.prefix}/")
    if not inner.startswith("feed/"):
        raise AnaquelError(
            f"{topic}: is not below {chosen.prefix}; correct store or broker.topic_prefix in the "
            "settings, or name a topic like feed/delta"
        )
    return inner


async def _listen(
    chosen: CentralSettings, topic: str, checker: Checker, seconds: float | None
) -> None:
    from gateway.broker.link import Link

    link = Link(
        "check",
        chosen.broker,
        prefix=chosen.prefix,
        client_id=f"{chosen.store}.central-check",
        session_s=0,
    )
    heard = link.messages(topic)
    stop = asyncio.Event()
    with lifecycle.stop_on_signals(stop):
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(link.run(), name=link.name),
                group.create_task(_look(heard, checker), name="check"),
            ]
            typer.echo(f"listening on {chosen.prefix}/{topic}; Ctrl-C ends it", err=True)
            try:
                async with asyncio.timeout(seconds):
                    await stop.wait()
            except TimeoutError:
                pass
            for task in tasks:
                task.cancel()


async def _look(heard: AsyncIterator[Message], checker: Checker) -> None:
    """Look at each message as it comes, and say at once what is wrong with it."""
    async for message in heard:
        message.ack()
        told = len(checker.found.faults)
        if checker.message(message.topic, message.topic, message.payload):
            for fault in checker.found.faults[told:]:
                typer.echo(str(fault))


def _say_faults(found: Findings, most: int | None) -> None:
    for fault in found.faults[:most]:
        typer.echo(str(fault))
    if most is not None and len(found.faults) > most:
        typer.echo(f"and {len(found.faults) - most} more: anaquel central check lists them all")
    for kind, count in sorted(found.unknown.items()):
        typer.echo(f"note: {counted(count, 'row')} of kind {kind[:64]!r}, which has no effect")


def _say_published(prepared: Prepared, found: Findings) -> None:
    manifest = prepared.manifest
    where = f"epoch {manifest.epoch} seq {manifest.seq}, {counted(prepared.rows, 'row')}"
    if prepared.deltas is None:
        how = "as a snapshot"
    elif prepared.deltas:
        how = f"in {counted(len(prepared.deltas), 'delta')}"
    else:
        typer.echo(f"nothing changed: {where}; the manifest was told again")
        return
    typer.echo(f"published {how}: {prepared.difference}; {where}")
    if found.of(ROW):
        typer.echo(
            f"shops refuse {counted(found.of(ROW), 'row')} of these and keep the last good ones"
        )


def _serve(chosen: CentralSettings, clock: Clock) -> None:
    # The web server takes a while to load; the other commands do without.
    from gateway.broker.link import Link
    from gateway.central import keys, site
    from gateway.central.following import Follower
    from gateway.central.ingest import Ingester
    from gateway.central.publisher import Publisher
    from gateway.web.serving import Served, Serving

    state = StateFolder(chosen.folder)
    link = Link("central", chosen.broker, prefix=chosen.prefix, client_id=f"{chosen.store}.central")
    port = keys.port_of(chosen, link)
    app = site.build(state.snapshots)
    serving = Serving([Served(name="serve", app=app, listen=chosen.serve)])
    base = chosen.snapshot_base

    async def run() -> None:
        publisher = Publisher(
            port,
            state.snapshots,
            clock,
            epoch=0,
            manifest_s=chosen.serve.manifest_s,
            base=base,
        )
        follower = Follower(publisher, state, base)
        ingester = Ingester(port, chosen.folder, clock)
        await follower.load()
        serving.bind()
        typer.echo(f"snapshots  {base}", err=True)
        typer.echo(f"events     {ingester.file.path}", err=True)
        stop = asyncio.Event()
        with lifecycle.stop_on_signals(stop):
            await lifecycle.run_until(stop, [publisher, follower, ingester, link, serving])

    with state.held("serve"):
        asyncio.run(run())
