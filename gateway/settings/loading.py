"""Reading ``config.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pydantic

from gateway.errors import AnaquelError
from gateway.settings.explaining import explain
from gateway.settings.sections import Broker, Data, Settings


class SettingsError(AnaquelError):
    """The configuration cannot be used; one line per key says what to write instead."""


def load(path: Path) -> Settings:
    """The settings in ``path``; relative paths in it start at its folder.

    Raises ``SettingsError`` with one line per wrong key.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read: {error.strerror}; copy config.example.toml there, "
            "or name your file with --config"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f'{path}: is not TOML: {error}; write lines like key = "text" below [section]'
        ) from error
    try:
        settings = Settings.model_validate(raw)
    except pydantic.ValidationError as error:
        lines = [f"{path}: {explain(problem)}" for problem in error.errors()]
        raise SettingsError("\n".join(lines)) from error
    return _anchored(settings, path.resolve().parent)


def _anchored(settings: Settings, folder: Path) -> Settings:
    def anchor(path: Path | None) -> Path | None:
        return None if path is None else folder / path

    def broker(one: Broker) -> Broker:
        update = {"password_file": anchor(one.password_file), "ca_file": anchor(one.ca_file)}
        return one.model_copy(update=update)

    return settings.model_copy(
        update={
            "data": Data(folder=folder / settings.data.folder),
            "central": settings.central.model_copy(
                update={"broker": broker(settings.central.broker)}
            ),
            "shop_broker": broker(settings.shop_broker),
            "feed": settings.feed.model_copy(
                update={"snapshot_folder": anchor(settings.feed.snapshot_folder)}
            ),
        }
    )
