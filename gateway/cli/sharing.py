"""What commands share: the settings file, the database, and how errors are told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from gateway import settings
from gateway.errors import AnaquelError
from gateway.settings import Settings
from gateway.store import database, shop_settings
from gateway.store.database import Connection, Database

if TYPE_CHECKING:
    from device_drivers.registry import LeftOut

T = TypeVar("T")

Config = Annotated[Path, typer.Option("--config", help="The settings file (config.toml).")]
DEFAULT_CONFIG = Path("config.toml")


@contextmanager
def plain_errors(*, code: int = 1) -> Iterator[None]:
    """Print what a person must mend and exit with ``code``; anything else keeps its traceback."""
    told: set[str] = set()
    try:
        yield
    except* AnaquelError as group:
        # One full disk fails several parts with the same words: once is enough.
        told = {str(error) for error in _leaves(group)}
        for message in sorted(told):
            typer.echo(f"anaquel: {message}", err=True)
    if told:
        sys.exit(code)


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def left_out(one: LeftOut) -> None:
    """Say which family of labels of another distribution is not known, and why."""
    distribution = one.distribution or "another distribution"
    typer.echo(f"Left out: family {one.family} of {distribution}: {one.problem}", err=True)


def load(config: Path) -> Settings:
    """The settings of the box, and over them those of the shop, from its database.

    Raises ``SettingsError``.
    """
    chosen = settings.load(config)
    file = (chosen.data.folder / database.FILE).resolve()
    chosen.shop = shop_settings.shop_in(file, chosen.shop)
    return chosen


def opened_database(chosen: Settings) -> Database:
    """The gateway's own file; a running gateway notices what is written to it."""
    return Database(chosen.data.folder / database.FILE)


async def write(chosen: Settings, transaction: Callable[[Connection], T]) -> T:
    """One transaction on the gateway's own file."""
    async with opened_database(chosen) as opened:
        return await opened.write(transaction)
