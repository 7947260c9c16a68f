"""``anaquel template``: look at label templates, and hold them against the rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from gateway.cli.sharing import plain_errors
from gateway.errors import AnaquelError

if TYPE_CHECKING:
    from device_drivers.api.panels import Panel
    from gateway.domain.labels import LabelFacts
    from gateway.render.template import Template

_FINDINGS_SHOWN = 200

Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder", help="Where templates are; those that come with Anaquel if not given."
    ),
]
_ZONE = ZoneInfo("America/Mexico_City")
"""Where the days of the samples are."""

Country = Annotated[
    str, typer.Option("--country", help="Whose rules, and how money is written (ISO 3166).")
]


def preview(
    name: Annotated[str, typer.Argument(help="The template: its folder's name.")],
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
    """Draw a template: a PNG for each panel and sample, and all of them on sheet.png."""
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
        str | None, typer.Argument(help="The template; every one if not given.")
    ] = None,
    folder: Folder = None,
    country: Country = "MX",
) -> None:
    """Draw templates on every panel they serve and tell which rules they break where."""
    from gateway.render import previews, templates
    from gateway.render.rules import packs

    found = 0
    with plain_errors():
        pack = packs.pack_of(country)
        if pack is None:
            typer.echo(f"no rules are known for {country}: only lost codes and cut prices are told")
        names = (name,) if name else _names(folder or templates.BUNDLED)
        for one in names:
            template, samples = _loaded(one, folder, None, country)
            on = previews.panels(template)
            for finding in previews.check(template, samples, pack, country, _ZONE, on):
                found += 1
                if found <= _FINDINGS_SHOWN:
                    typer.echo(f"{one} on {finding.panel} ({finding.sample}): {finding.what}")
    said = f"{pack.name} rules" if pack is not None else "no rules"
    typer.echo(f"{len(names)} templates, {said}: " + (f"{found} findings" if found else "all good"))
    if found:
        raise typer.Exit(1)


def _loaded(
    name: str, folder: Path | None, facts: Path | None, country: str
) -> tuple[Template, Mapping[str, LabelFacts]]:
    from gateway.render import samples, template, templates
    from gateway.render.template import TemplateError

    where = (folder or templates.BUNDLED) / name
    try:
        drawn_by = template.load(where / "template.toml")
        return drawn_by, samples.load(facts or where / "sample.toml", country)
    except TemplateError as error:
        raise AnaquelError(str(error)) from error


def _names(folder: Path) -> tuple[str, ...]:
    from gateway.render import templates
    from gateway.render.template import TemplateError

    try:
        return templates.names(folder)
    except TemplateError as error:
        raise AnaquelError(str(error)) from error


def _panels(names: list[str] | None) -> list[Panel]:
    from device_drivers.api.known_panels import PANELS
    from gateway.render import previews

    unknown = sorted(set(names or ()) - PANELS.keys())
    if unknown:
        raise AnaquelError(f"no panel {unknown[0]!r}; there are {', '.join(PANELS)}")
    return [PANELS[name] for name in names or previews.SHOWN]
