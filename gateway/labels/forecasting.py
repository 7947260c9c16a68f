"""How long a change will take before it is made, and a wave that is on its way until it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from device_drivers import registry
from gateway.domain import forecasting
from gateway.domain.forecasting import Forecast, Load
from gateway.store import labels, loads
from gateway.store.database import Connection
from gateway.store.loads import WayLoad
from gateway.store.waves import Wave

_UNKNOWN_PARALLEL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A forecast with what it was made from."""

    forecast: Forecast
    loads: tuple[Load, ...]


def of_articles(
    connection: Connection, products: Iterable[str], groups: Iterable[str], at_once: int
) -> Expected:
    """A change of these articles: their labels, and those of their groups."""
    chosen = list(groups)
    names = labels.standing_for(connection, products, chosen, group_rows=set(chosen))
    return _expected(connection, loads.of_labels(connection, names), at_once)


def of_template(connection: Connection, template: str, at_once: int) -> Expected:
    """A change of this template."""
    return _expected(connection, loads.of_template(connection, template), at_once)


def of_all(connection: Connection, at_once: int) -> Expected:
    """A change of every label, such as another address in the codes."""
    return _expected(connection, loads.of_all(connection), at_once)


def of_instant(connection: Connection, at: datetime, at_once: int) -> Expected:
    """Prices that begin or end by themselves at ``at``; pictures are drawn before."""
    return _expected(connection, loads.at_instant(connection, at), at_once, drawn=True)


def of_wave(connection: Connection, wave: Wave, at_once: int, now: datetime) -> float | None:
    """The seconds until a running wave is done; None when nothing is left or it stands still."""
    if wave.state != "running" or not wave.left:
        return None
    expected = _expected(connection, loads.of_wave(connection, wave.id), at_once, drawn=True)
    took_s = ((wave.shown_at or now) - wave.began_at).total_seconds()
    return forecasting.remaining_s(expected.forecast, wave.done, took_s)


def _expected(
    connection: Connection, found: tuple[WayLoad, ...], at_once: int, *, drawn: bool = False
) -> Expected:
    places = _places(at_once)
    each = tuple(
        Load(
            way=one.way,
            labels=one.labels,
            parallel=places(one.family),
            place_s=one.place_s,
            answer_s=one.answer_s,
        )
        for one in found
    )
    draw_s = 0.0 if drawn else loads.draw_s(connection)
    return Expected(forecast=forecasting.forecast(each, draw_s=draw_s), loads=each)


def _places(at_once: int) -> Callable[[str], int]:
    def places(family: str) -> int:
        entry = registry.LABELS.get(family)
        if entry is None:
            return _UNKNOWN_PARALLEL
        return min(at_once, entry.family.capabilities.parallel)

    return places
