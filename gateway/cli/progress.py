"""How far a long command is: a bar on a terminal, else a line for each part that is done.

It goes to standard error, so that what the command found can be written elsewhere.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

import typer
from rich import progress
from rich.console import Console


class Progress:
    """Use it as a context manager; ``total`` steps are those of all parts together."""

    def __init__(self, total: int) -> None:
        console = Console(stderr=True)
        self._is_drawn = console.is_terminal
        self._bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not self._is_drawn,
            # What is written to the same terminal meanwhile stands above the bar.
            redirect_stdout=sys.stdout.isatty(),
        )
        self._all = self._bar.add_task("", total=total)

    def __enter__(self) -> Self:
        """Show that it begins."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def begins(self, part: str) -> None:
        """Name what is under way."""
        self._bar.update(self._all, description=part)

    def step(self, more: int) -> None:
        """So many more are done."""
        self._bar.advance(self._all, more)

    def ends(self, said: str) -> None:
        """Say what came of a part, where no bar is seen."""
        if not self._is_drawn:
            typer.echo(said, err=True)
