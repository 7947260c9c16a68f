"""What there is to measure: read together, so that one scrape tells of one instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from typing import Protocol

from device_drivers.links.radio import RadioReason
from gateway.broker.link import Link
from gateway.broker.links import Links
from gateway.clock import Clock
from gateway.domain.events import Lane
from gateway.feed.service import FeedService
from gateway.feed.sources.shopify.troubles import TASK
from gateway.settings import Settings
from gateway.store import outbox, overview, shopify, tasks
from gateway.store.database import Connection, Database
from gateway.store.outbox import LaneState
from gateway.store.overview import Facet, FeedView
from gateway.store.shopify import State


@dataclass(frozen=True, slots=True, kw_only=True)
class FromCentral:
    """What the running feed knows beyond its rows; ``lag_s`` is 0 while we have all we heard of."""

    lag_s: float
    central_seq: int
    in_trouble: bool
    refused_messages: Mapping[str, int]
    unknown_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FromShopify:
    """How far we are with Shopify, and which troubles with it are open."""

    state: State
    troubles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything that one scrape tells."""

    version: str
    sources: Sequence[FeedView]
    central: FromCentral | None
    lanes: Mapping[Lane, LaneState]
    oldest_s: Mapping[Lane, float]
    labels: int
    facets: Mapping[Facet, int]
    tasks: int
    links: Mapping[str, tuple[bool, int]]
    """Connected or not, and messages dropped since the start, by name."""
    adapters: Mapping[str, tuple[bool, int, int]] = field(default_factory=dict)
    """Bluetooth adapters: working or not, connections, and advertisements dropped, by name."""
    shopify: FromShopify | None = None


class Adapter(Protocol):
    """What is measured of a Bluetooth adapter."""

    @property
    def name(self) -> str:
        """Like ``hci0``."""

    @property
    def trouble(self) -> RadioReason | None:
        """Why it does not work; None while it does."""

    @property
    def connected(self) -> int:
        """How many connections it holds."""

    @property
    def dropped(self) -> int:
        """How many advertisements there was no room for."""


def meter_of(
    settings: Settings,
    database: Database,
    clock: Clock,
    feed: FeedService | None,
    links: Links,
    adapters: Sequence[Adapter],
) -> Meter:
    """The meter of a whole gateway; ``feed`` is None without a central system."""
    return Meter(
        database,
        clock,
        version=version("anaquel"),
        late_s=settings.labels.confirm_s,
        feed=feed,
        links=links.each,
        adapters=adapters,
    )


class Meter:
    """Measures one gateway; ``late_s``: after so long a confirmation is overdue."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        version: str,
        late_s: float,
        feed: FeedService | None,
        links: Sequence[Link],
        adapters: Sequence[Adapter] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._version = version
        self._late = timedelta(seconds=late_s)
        self._feed = feed
        self._links = links
        self._adapters = adapters

    async def measure(self) -> Measured:
        """All of it, now."""
        now = self._clock.now()

        def query(
            connection: Connection,
        ) -> tuple[
            Sequence[FeedView],
            Mapping[Lane, LaneState],
            tuple[int, Mapping[Facet, int]],
            int,
            FromShopify | None,
        ]:
            return (
                overview.feeds(connection),
                outbox.states(connection),
                overview.counts(connection, now - self._late),
                tasks.count(connection),
                _from_shopify(connection),
            )

        sources, lanes, (total, facets), open_tasks, shopify_ = await self._database.read(query)
        return Measured(
            version=self._version,
            sources=sources,
            central=self._from_central(),
            lanes=lanes,
            oldest_s={
                lane: max(0.0, (now - state.oldest_at).total_seconds())
                if state.waiting and state.oldest_at is not None
                else 0.0
                for lane, state in lanes.items()
            },
            labels=total,
            facets=facets,
            tasks=open_tasks,
            links={
                link.name.removeprefix("link-"): (link.connected.is_set(), link.dropped)
                for link in self._links
            },
            adapters={
                adapter.name: (adapter.trouble is None, adapter.connected, adapter.dropped)
                for adapter in self._adapters
            },
            shopify=shopify_,
        )

    def _from_central(self) -> FromCentral | None:
        if self._feed is None:
            return None
        heard = self._feed.heard
        since = heard.behind_since
        lag = 0.0 if since is None else (self._clock.now() - since).total_seconds()
        return FromCentral(
            lag_s=max(0.0, lag),
            central_seq=heard.seq or 0,
            in_trouble=heard.error is not None,
            refused_messages=dict(self._feed.refused_messages),
            unknown_rows=self._feed.unknown_rows,
        )


def _from_shopify(connection: Connection) -> FromShopify | None:
    state = shopify.state(connection)
    if state is None:
        return None
    found = tasks.of_kind(connection, TASK)
    return FromShopify(state=state, troubles=frozenset(task.key for task in found))
