"""``anaquel template``: look at label templates, and hold them against the rules."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from gateway.cli.sharing import plain_errors
from gateway.errors import AnaquelError

if TYPE_CHECKING:
    from device_drivers.api.panels import Panel
    from gateway.domain.labels import LabelFacts
    from gateway.render.checking import Finding
    from gateway.render.jobs import Flaw
    from gateway.render.pool import RenderPool
    from gateway.render.template import Template

    _Loaded = tuple[Template, Mapping[str, LabelFacts]]

_FINDINGS_SHOWN = 200
_MOST_WORKERS = 8
_PATIENCE_S = 120.0
"""For one panel with all samples: a check may well run beside everything else."""


Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder", help="Where templates are; those that come with Anaquel if not given."
    ),
]
_ZONE = ZoneInfo("America/Mexico_City")
"""Where the days of the samples are."""


def _capitals(country: str) -> str:
    return country.upper()


Country = Annotated[
    str,
    typer.Option(
        "--country",
        callback=_capitals,
        help="Whose rules, and how money is written (ISO 3166).",
    ),
]


def preview(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The template: its folder's name.")],
    panel: Annotated[
        list[str] | None, typer.Option("--panel", help="A panel by name; may be repeated.")
    ] = None,
    facts: Annotated[
        Path | None, typer.Option("--facts", help="Other facts than the template's sample.toml.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Where the pictures go.")] = Path("preview"),
    folder: Folder = None,
    country: Country = "MX",
) -> None:
    """Draw a template. A PNG for each panel and sample, and all of them on sheet.png."""
    from device_drivers import pictures
    from gateway.render import previews

    with plain_errors():
        template, samples = _loaded(name, folder, facts, country)
        frames = dict(previews.draw_all(template, samples, _panels(panel), country, _ZONE))
        out.mkdir(parents=True, exist_ok=True)
        for named, frame in frames.items():
            (out / f"{named}.png").write_bytes(pictures.to_rgb(frame))
        (out / "sheet.png").write_bytes(previews.sheet(list(frames.values())))
    typer.echo(f"{len(frames)} pictures in {out}, all of them on {out / 'sheet.png'}")


def check(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The template; every one if not given.")
    ] = None,
    folder: Folder = None,
    country: Country = "MX",
) -> None:
    """Hold templates against the rules, on every panel they serve."""
    from gateway.render.rules import packs

    with plain_errors():
        pack = packs.pack_of(country)
        if pack is None:
            typer.echo(f"no rules are known for {country}: only lost codes and cut prices are told")
        rules = pack.name if pack is not None else None
        usable, wrong = _usable([name] if name else _names(folder), folder, country)
        found = asyncio.run(_checked(usable, country, rules)) if usable else 0
        said = f"{rules} rules" if rules is not None else "no rules"
        result = _counted(found, "finding") if found else "all good"
        if usable:
            typer.echo(f"{_counted(len(usable), 'template')}, {said}: {result}")
        if wrong:
            raise ExceptionGroup("templates that cannot be used", wrong)
    if found:
        raise typer.Exit(1)


async def _checked(usable: Mapping[str, _Loaded], country: str, pack: str | None) -> int:
    """Check all on every core and tell what is found; returns how much that was."""
    from gateway.cli.progress import Progress
    from gateway.render import checking
    from gateway.render.pool import RenderPool

    served = {name: len(list(checking.panels(one))) for name, (one, _) in usable.items()}
    found = 0
    cores = min(_MOST_WORKERS, len(os.sched_getaffinity(0)))
    async with RenderPool(cores, patience_s=_PATIENCE_S) as pool:
        with Progress(sum(served.values())) as progress:
            for name, loaded in usable.items():
                progress.begins(name)
                findings = await _findings(pool, loaded, country, pack, progress.step)
                for finding in findings[: max(0, _FINDINGS_SHOWN - found)]:
                    typer.echo(f"{name} on {finding.panel} ({finding.sample}): {finding.what}")
                found += len(findings)
                result = _counted(len(findings), "finding") if findings else "good"
                progress.ends(f"{name}: {_counted(served[name], 'panel')}, {result}")
    return found


async def _findings(
    pool: RenderPool,
    loaded: _Loaded,
    country: str,
    pack: str | None,
    done: Callable[[int], None],
) -> Sequence[Finding]:
    """All that is wrong with one template; ``done`` hears how many panels more were looked at."""
    from gateway.render import checking
    from gateway.render.jobs import Flaw
    from gateway.render.pool import RenderFailedError

    template, samples = loaded

    async def flaws(group: Sequence[Panel]) -> tuple[Flaw, ...]:
        try:
            return await pool.check(template, group[0], samples, country, _ZONE, pack)
        except RenderFailedError as error:
            return (Flaw(sample="every sample", what=f"cannot be drawn: {error}"),)
        finally:
            done(len(group))

    groups = checking.alike(template, checking.panels(template))
    async with asyncio.TaskGroup() as tasks:
        asked = [(group, tasks.create_task(flaws(group))) for group in groups]
    found = [*checking.not_drawable(samples)]
    for group, told in asked:
        found += checking.on_each(group, told.result())
    return found


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _usable(
    names: Sequence[str], folder: Path | None, country: str
) -> tuple[dict[str, _Loaded], list[AnaquelError]]:
    """The templates of these names, and what is wrong with those that cannot be used."""
    usable: dict[str, _Loaded] = {}
    wrong: list[AnaquelError] = []
    for name in names:
        try:
            usable[name] = _loaded(name, folder, None, country)
        except AnaquelError as error:
            wrong.append(error)
    return usable, wrong


def _loaded(name: str, folder: Path | None, facts: Path | None, country: str) -> _Loaded:
    from gateway.render import samples, template, templates
    from gateway.render.template import TemplateError

    where = (folder or templates.BUNDLED) / name
    if not (where / "template.toml").exists():
        raise AnaquelError(
            f"no template is called {name!r} in {where.parent}; "
            f"there are: {', '.join(_names(folder))}"
        )
    try:
        drawn_by = template.load(where / "template.toml", templates.BUNDLED / "parts")
        return drawn_by, samples.load(facts or where / "sample.toml", country)
    except TemplateError as error:
        raise AnaquelError(str(error)) from error


def _names(folder: Path | None) -> Sequence[str]:
    from gateway.render import templates
    from gateway.render.template import TemplateError

    where = folder or templates.BUNDLED
    if not where.is_dir():
        raise AnaquelError(f"--folder {where}: there is no such folder")
    try:
        return templates.names(where)
    except TemplateError as error:
        raise AnaquelError(str(error)) from error


def _panels(names: list[str] | None) -> list[Panel]:
    from device_drivers.api.known_panels import PANELS
    from gateway.render import previews

    unknown = sorted(set(names or ()) - PANELS.keys())
    if unknown:
        raise AnaquelError(f"no panel {unknown[0]!r}; there are {', '.join(PANELS)}")
    return [PANELS[name] for name in names or previews.SHOWN]
