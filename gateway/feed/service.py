"""The feed at work: messages in, rows and position committed, position told.

``sync.Sync`` decides; this service carries out. A message is acknowledged once it is committed or
decided to be of no use; the proof for central is the position it reads.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import NoReturn

import structlog

from device_drivers.links.messages import LinkDownError, Message, MessagePort
from gateway import lifecycle
from gateway.broker import signing, topics
from gateway.broker.signing import SignatureRefusedError
from gateway.clock import Clock
from gateway.feed import checking, holding, merging, messages, snapshot, sync, telling
from gateway.feed.actions import Action, Apply, Ask, Fetch, Mend, Refuse
from gateway.feed.asking import Patience
from gateway.feed.central_time import CentralTime, Listener
from gateway.feed.commanding import Commands
from gateway.feed.messages import (
    Accepts,
    CommandRefusedError,
    Delta,
    Manifest,
    MessageError,
    Reply,
)
from gateway.feed.noting import Noting
from gateway.feed.telling import Standing, Telling
from gateway.feed.writing import BATCH, Writing
from gateway.settings import Settings
from gateway.store import staging
from gateway.store.database import Database, StorageBusyError
from gateway.store.guarding import Guard
from gateway.store.heard import Heard
from gateway.store.staging import ALL_SEQS, Merge, MergeTakenOverError

SOURCE = "central"
_IDLE_S = 60.0

log = structlog.get_logger("feed")


class FeedService:
    """Keeps the replica of what central says; one per gateway."""

    name = "feed"

    def __init__(
        self, port: MessagePort, database: Database, clock: Clock, settings: Settings
    ) -> None:
        self.refused_messages: Counter[str] = Counter()
        self._port = port
        self._database = database
        self._clock = clock
        self._settings = settings
        self._central_time: CentralTime | None = None
        self._gateway = settings.shop.gateway
        self._owner = checking.owner_in(settings, SOURCE)
        self._opener = signing.opener_of(settings)
        self._writing = Writing(database, clock, SOURCE, self._owner, self._guard)
        self._noting = Noting(database, clock, SOURCE)
        self._telling = Telling(
            port, clock, self._gateway, settings.feed.position_s, self._standing
        )
        self._commands = Commands(self._accept, port, database, clock, settings)
        self._turn = asyncio.Lock()
        self._waiting: asyncio.Queue[Message] = asyncio.Queue(BATCH)
        self._timer_changed = asyncio.Event()
        self._merging = False
        self._snapshots: asyncio.Queue[Fetch] = asyncio.Queue(maxsize=1)
        self._sync = sync.Sync(epoch=0, seq=0)
        self._stream = port.messages(
            topics.MANIFEST, topics.DELTA, topics.feed_reply(self._gateway)
        )
        port.on_connected(self._connected)

    def _guard(self) -> Guard:
        return Guard(ranges=self._settings.shop.price_ranges)

    @property
    def position(self) -> tuple[int, int]:
        """Epoch and seq of the replica."""
        return self._sync.epoch, self._sync.seq

    @property
    def heard(self) -> Heard:
        """What central last said of itself, since when we are behind, and what is wrong."""
        return self._noting.heard

    @property
    def unknown_rows(self) -> int:
        """Rows of kinds without effect that came since the start."""
        return self._writing.unknown_rows

    def on_central_time(self, listener: Listener, in_doubt: Callable[[], bool]) -> None:
        """Have ``listener`` called with what central's clock says, asked for while ``in_doubt``."""
        self._central_time = CentralTime(listener, in_doubt)

    def tell_again(self) -> None:
        """What is told of this shop besides its rows has changed."""
        self._telling.changed()

    async def run(self) -> NoReturn:
        """Follow central for ever."""
        at = await self._writing.begin()
        await self._noting.begin()
        feed = self._settings.feed
        patience = Patience(
            gap_s=feed.gap_s, answer_s=feed.answer_s, answer_max_s=feed.answer_max_s
        )
        self._sync = sync.Sync(
            epoch=at.epoch,
            seq=at.seq,
            patience=patience,
            wary=self._opener.required and (at.epoch, at.seq) == (0, 0),
        )
        self._telling.changed()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear_of_holds(), name="feed-holds")
            group.create_task(self._receive(), name="feed-receive")
            group.create_task(self._watch_time(), name="feed-time")
            group.create_task(self._fetch_snapshots(), name="feed-snapshots")
            group.create_task(self._telling.run(), name="feed-position")
            group.create_task(self._commands.run(), name="feed-commands")
        raise AssertionError("a task of the feed ended")

    async def _connected(self, session_kept: bool) -> None:  # noqa: ARG002, FBT001 - the port's call
        self._telling.anew()
        async with self._turn:
            await self._carry_out(self._sync.connected(self._clock.monotonic()))
            await self._commit()
        await self._ask_for_time()

    async def _ask_for_time(self) -> None:
        if self._central_time is None:
            return
        question = self._central_time.question(self._sync.epoch)
        if question is not None:
            await self._ask(question)

    async def _accept(self, accepts: Accepts) -> int:
        """Put in force what is held of all that was sent up to there; returns how many rows.

        Raises ``CommandRefusedError`` where that is not yet known.
        """
        async with self._turn:
            await self._commit()
            epoch, seq = self.position
            if self._merging:
                raise CommandRefusedError("busy", "a snapshot is coming in: send another later")
            if accepts.epoch != epoch:
                raise CommandRefusedError("other_epoch", f"our epoch is {epoch}")
            if accepts.seq > seq:
                why = f"we are at seq {seq}: send another when our position is there"
                raise CommandRefusedError("ahead", why)
            return await holding.accept_through(self._database, SOURCE, accepts, self._clock.now())

    async def _hear_of_holds(self) -> None:
        """What people decide about held rows is told to central."""
        news = self._database.changes.subscribe("hold")
        try:
            while True:
                await news.next()
                self._telling.changed()
        finally:
            self._database.changes.unsubscribe(news)

    async def _receive(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._handle_waiting(), name="feed-handle")
            async for message in self._stream:
                await self._waiting.put(message)

    async def _handle_waiting(self) -> None:
        """Handle what arrived together under one commit, then acknowledge all of it."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            async with self._turn:
                for message in batch:
                    await self._handle(message)
                await self._commit()
            for message in batch:
                message.ack()

    async def _handle(self, message: Message) -> None:
        now = self._clock.monotonic()
        try:
            payload = self._opener.open(message.topic, message.payload)
            match message.topic:
                case topics.MANIFEST:
                    await self._commit()
                    manifest = messages.parse(Manifest, payload)
                    if self._central_time is not None:
                        self._central_time.hear(manifest)
                        await self._ask_for_time()
                    actions = self._sync.manifest(manifest, now, self._digest_at(manifest))
                    await self._hear(manifest)
                case topics.DELTA:
                    delta = messages.parse(Delta, payload)
                    actions = self._sync.delta(delta, now, len(payload))
                case _:
                    await self._commit()
                    actions = await self._hear_reply(payload, now)
        except (MessageError, SignatureRefusedError) as error:
            self._refuse(message.topic, error.code, str(error))
            return
        await self._carry_out(actions, message.topic)

    async def _hear_reply(self, payload: bytes, now: float) -> list[Action]:
        reply = messages.parse(Reply, payload)
        known = reply.manifest
        if self._central_time is not None:
            self._central_time.hear_reply(reply)
        actions = self._sync.reply(
            reply,
            now,
            None if known is None else self._digest_at(known),
            our_buckets=self._writing.digests.buckets_at(reply.epoch or 0, reply.seq or 0),
            size=len(payload),
        )
        if known is not None:
            await self._hear(known)
        return actions

    async def _hear(self, manifest: Manifest) -> None:
        if manifest.epoch >= self._sync.epoch:
            self._noting.hear(manifest)
            self._telling.changed()
        if manifest is self._sync.newest:
            await self._writing.heed(manifest.accepts, self._sync.epoch)

    def _digest_at(self, manifest: Manifest) -> str | None:
        return self._writing.digests.digest_at(manifest.epoch, manifest.seq)

    async def _watch_time(self) -> None:
        while True:
            lifecycle.beat(self.name, _IDLE_S)
            self._timer_changed.clear()
            due = self._sync.next_tick()
            wait = _IDLE_S if due is None else max(0.0, due - self._clock.monotonic())
            try:
                async with asyncio.timeout(wait):
                    await self._timer_changed.wait()
            except TimeoutError:
                async with self._turn:
                    await self._carry_out(self._sync.tick(self._clock.monotonic()))
                    await self._commit()

    async def _carry_out(self, actions: list[Action], topic: str = "") -> None:
        """Do what the state machine asks for, until it asks for nothing more."""
        error = self._sync.error
        while actions:
            action, *actions = actions
            match action:
                case Apply(delta=delta):
                    # Moved on before the commit: should that fail, the process ends with it.
                    if self._writing.take(delta):
                        await self._commit()
                    now = self._clock.monotonic()
                    actions += self._sync.applied(delta.epoch, delta.seq, now)
                case Mend(page=page):
                    await self._commit()
                    await self._writing.mend(page, self._sync.epoch, self._sync.seq)
                    self._telling.changed()
                    actions += self._sync.mended(page, self._clock.monotonic())
                case Ask(request=request):
                    await self._ask(request)
                case Fetch():
                    # What was sent before it is written before it, or would undo what it brings.
                    await self._commit()
                    self._snapshots.put_nowait(action)
                case Refuse(code=code, message=text):
                    self._refuse(topic, code, text)
        if self._sync.error != error:
            self._telling.changed()
            if self._sync.error is not None:
                log.warning("feed in trouble", why=self._sync.error)
        self._timer_changed.set()

    async def _commit(self) -> None:
        if await self._writing.commit():
            self._telling.changed()

    async def _fetch_snapshots(self) -> None:
        while True:
            wanted = await self._snapshots.get()
            self._merging = True
            try:
                plan = await self._merge_snapshot(wanted)
            except (snapshot.SnapshotError, MergeTakenOverError, StorageBusyError) as error:
                log.warning("snapshot failed", why=str(error))
                async with self._turn:
                    await self._writing.recount()
                    failed = self._sync.fetch_failed(str(error), self._clock.monotonic())
                    await self._carry_out(failed)
                    await self._commit()
            else:
                async with self._turn:
                    await self._database.write_patiently(partial(staging.finish, merge=plan))
                    await self._writing.recount()
                    self._writing.digests.remember(plan.epoch, plan.seq)
                    now = self._clock.monotonic()
                    moved = self._sync.applied(plan.epoch, plan.seq, now)
                    await self._carry_out(moved)
                    await self._commit()
            self._merging = False
            self._telling.changed()

    async def _merge_snapshot(self, wanted: Fetch) -> Merge:
        """Fetch and merge, all but the position."""
        manifest, ref = wanted.manifest, wanted.manifest.snapshot
        log.info("snapshot begins", epoch=manifest.epoch, seq=ref.seq, rows=ref.rows)
        path = await snapshot.fetch(ref, self._settings.feed, self._database.path.parent)
        try:
            plan = await self._database.write(
                partial(
                    staging.begin,
                    source=SOURCE,
                    epoch=manifest.epoch,
                    seq=ref.seq,
                    keep_after=ALL_SEQS if wanted.replace_all else ref.seq,
                    at=self._clock.now(),
                )
            )
            rows = snapshot.read(path, manifest)
            portions = merging.portions(SOURCE, rows, self._owner)
            guard = self._writing.guard_at(plan.epoch, plan.seq)
            changes = await merging.merge(portions, plan, self._database, guard)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        log.info("snapshot merged", epoch=plan.epoch, seq=plan.seq, changes=changes)
        return plan

    async def _ask(self, request: messages.Request) -> None:
        try:
            await self._port.publish(
                topics.feed_request(self._gateway), messages.dump(request), expiry_s=60
            )
        except LinkDownError:
            return  # asked again on the next connection, or when the answer is overdue

    def _refuse(self, topic: str, code: str, why: str) -> None:
        self.refused_messages[code] += 1
        log.warning("message refused", topic=topic, code=code, why=why)

    async def _standing(self) -> Standing:
        async with self._turn:
            epoch, seq, error = self._sync.epoch, self._sync.seq, self._sync.error
            digest = self._writing.digests.buckets.digest()
            stored = await self._database.read(partial(telling.read_stored, source=SOURCE))
        await self._noting.note(epoch, seq, error)
        return Standing(epoch=epoch, seq=seq, digest=digest, error=error, stored=stored)
