"""Reading ``config.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pydantic

from gateway.errors import AnaquelError
from gateway.settings import connected, receivers_file
from gateway.settings.connected import UnusableFileError
from gateway.settings.explaining import explain
from gateway.settings.notices import Notices
from gateway.settings.sections import OF_SHOP, Broker, Data, Settings

_BROKER_FILES = ("password_file", "ca_file", "cert_file", "key_file")
_SITE_FILES = ("certificate", "key")
_BACKUP_FILES = (
    *("folder", "passphrase_file", "sftp_key_file", "sftp_hosts_file", "central_token_file"),
)

_HOOK_FILES = ("url_file", "secret_file", "ca_file")
_SMTP_FILES = ("password_file", "ca_file")

M = TypeVar("M", bound=pydantic.BaseModel)


_MOVED: Mapping[tuple[str, str], str] = {
    **{("shop", name): name for name in OF_SHOP},
    ("labels", "quiet_hours"): "quiet_hours",
    ("labels", "increases"): "increases",
    ("guard", "decides"): "guard_decides",
    ("guard", "ranges"): "usual_prices",
}
"""Keys that stood in the file before they were settings of the shop, or that look like it."""
_NOTHING: Mapping[tuple[str, str], str] = {}


class SettingsError(AnaquelError):
    """The configuration cannot be used; one line per key says what to write instead."""


def load(path: Path) -> Settings:
    """The settings in ``path``; relative paths in it start at its folder.

    What was connected on the staff page stands in for sections that the file lacks. Raises
    ``SettingsError`` with one line per wrong key.
    """
    written = read(path, Settings, "config.example.toml", _MOVED)
    chosen = _anchored(written, path.resolve().parent)
    try:
        return receivers_file.with_them(connected.with_what_is(chosen))
    except UnusableFileError as error:
        raise SettingsError(str(error)) from error


def read(
    path: Path, model: type[M], example: str, moved: Mapping[tuple[str, str], str] = _NOTHING
) -> M:
    """A file of settings as ``model``, all of which are explained in ``example``.

    ``moved`` are keys that are settings of the shop, with their names there. Raises
    ``SettingsError`` with one line per wrong key.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read: {error.strerror}; copy {example} there, "
            "or name your file with --config"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f'{path}: is not TOML: {error}; write lines like key = "text" below [section]'
        ) from error
    lines = [f"{path}: {line}" for line in _moved(raw, moved)]
    try:
        found = model.model_validate(raw)
    except pydantic.ValidationError as error:
        lines += [f"{path}: {explain(problem, model, example)}" for problem in error.errors()]
        raise SettingsError("\n".join(lines)) from error
    if lines:
        raise SettingsError("\n".join(lines))
    return found


def _moved(raw: dict[str, Any], moved: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """A line for each key that is set on the staff page; takes it out of ``raw``."""
    for (section, key), name in moved.items():
        within = raw.get(section)
        if isinstance(within, dict) and key in within:
            value = within.pop(key)
            shown = value if isinstance(value, str) and value.isprintable() else "VALUE"
            yield (
                f"{section}.{key}: is a setting of the shop, not of the box; remove it here, and "
                f'set it on the page Settings or with: anaquel settings set {name} "{shown[:60]}"'
            )
    if (guard := raw.get("guard")) == {} or guard == {"ranges": {}}:
        del raw["guard"]


def anchored_broker(broker: Broker, folder: Path) -> Broker:
    """The same broker; relative paths of its files start at ``folder``."""
    return _anchored_paths(broker, _BROKER_FILES, folder)


def _anchored_paths(section: M, names: Iterable[str], folder: Path) -> M:
    paths = {name: getattr(section, name) for name in names}
    return section.model_copy(
        update={name: folder / path for name, path in paths.items() if path is not None}
    )


def _anchored_notices(notices: Notices, folder: Path) -> Notices:
    hooks = notices.webhooks.items()
    return notices.model_copy(
        update={
            "webhooks": {name: _anchored_paths(one, _HOOK_FILES, folder) for name, one in hooks},
            "smtp": _anchored_paths(notices.smtp, _SMTP_FILES, folder),
        }
    )


def _anchored(settings: Settings, folder: Path) -> Settings:
    def anchor(path: Path | None) -> Path | None:
        return None if path is None else folder / path

    return settings.model_copy(
        update={
            "data": Data(folder=folder / settings.data.folder),
            "central": settings.central.model_copy(
                update={"broker": anchored_broker(settings.central.broker, folder)}
            ),
            "shop_broker": anchored_broker(settings.shop_broker, folder),
            "feed": settings.feed.model_copy(
                update={"snapshot_folder": anchor(settings.feed.snapshot_folder)}
            ),
            "files": settings.files.model_copy(update={"folder": anchor(settings.files.folder)}),
            "labels": settings.labels.model_copy(
                update={
                    "templates": anchor(settings.labels.templates),
                    "keys_file": anchor(settings.labels.keys_file),
                }
            ),
            "sensors": {
                name: _anchored_paths(one, ("key_file",), folder)
                for name, one in settings.sensors.items()
            },
            "backup": _anchored_paths(settings.backup, _BACKUP_FILES, folder),
            "notices": _anchored_notices(settings.notices, folder),
            "sites": settings.sites.model_copy(
                update={
                    "shopper": _anchored_paths(settings.sites.shopper, _SITE_FILES, folder),
                    "staff": _anchored_paths(settings.sites.staff, _SITE_FILES, folder),
                }
            ),
            "shopify": settings.shopify.model_copy(
                update={"client_secret_file": anchor(settings.shopify.client_secret_file)}
            ),
        }
    )
