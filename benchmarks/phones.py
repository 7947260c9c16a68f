"""The benchmark's side of the phones that ask for pages from another process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import process
from benchmarks.process import Child
from benchmarks.setup import BenchmarkError

HEADERS: Mapping[str, str] = {"Accept-Encoding": "gzip", "Accept-Language": "es"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a run of requests went."""

    rate: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


class Phones:
    """Asks; use ``ready``."""

    def __init__(self, child: Child) -> None:
        self._child = child

    async def ask(
        self,
        address: str,
        paths: Sequence[str],
        *,
        connections: int,
        seconds: float,
        rate: float | None = None,
        headers: Mapping[str, str] = HEADERS,
    ) -> Asked:
        """Ask for the paths in turn. Raises ``BenchmarkError`` when an answer was an error."""
        said = await self._child.ask(
            {
                "address": address,
                "paths": list(paths),
                "connections": connections,
                "seconds": seconds,
                "rate": rate,
                "headers": dict(headers),
            }
        )
        if said["bad"]:
            raise BenchmarkError(f"{address}{paths[0]}: {said['bad']} answers were errors")
        return Asked(**{name: said[name] for name in ("rate", "p50_ms", "p95_ms", "p99_ms")})


@asynccontextmanager
async def ready(folder: Path) -> AsyncIterator[Phones]:
    """The phones' process."""
    async with process.started("phones", folder, {}) as child:
        await child.hear()
        yield Phones(child)
