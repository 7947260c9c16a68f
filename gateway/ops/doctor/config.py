"""The settings file: can it be read, and does it name only what is there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gateway import settings
from gateway.ops.doctor.box import Box
from gateway.settings import SettingsError, surroundings
from gateway.web.findings import Advice, Finding, Looked
from gateway.web.words import Text

TITLE = Text(es="Ajustes", en="Settings")

WRONG = Advice(
    code="setting_wrong",
    what=Text(es="Un ajuste no se puede usar", en="A setting cannot be used"),
    do=Text(
        es="Corrígelo en {file} como dice el detalle y reinicia el equipo Anaquel.",
        en="Correct it in {file} as the detail says, then restart the gateway.",
    ),
)


def look(box: Box) -> Iterable[Finding]:
    """Values, keys, and the files that they name."""
    file = box.config or Path(box.file)
    try:
        chosen = settings.load(box.config) if box.config is not None else box.settings
        surroundings.check(file, chosen)
    except SettingsError as error:
        yield from _findings(file, error)


def unusable(file: Path, error: SettingsError) -> Looked:
    """The check of settings that could not even be read."""
    return Looked(name="config", title=TITLE, findings=tuple(_findings(file, error)))


def _findings(file: Path, error: SettingsError) -> Iterable[Finding]:
    for line in str(error).splitlines():
        said = line.removeprefix(f"{file}: ")
        yield WRONG.at(str(file), file=str(file), detail=said)
