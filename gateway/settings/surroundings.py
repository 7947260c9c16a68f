"""What the settings name outside their file: secrets and certificates to read, data to write."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.settings import label_keys
from gateway.settings.loading import SettingsError
from gateway.settings.sections import Broker, Settings
from gateway.settings.sensors import read_key


def check(file: Path, settings: Settings) -> None:
    """Raise ``SettingsError`` with one line per key whose file cannot be used.

    ``file`` is the settings file, to be named in each line.
    """
    if lines := [f"{file}: {line}" for line in problems(settings)]:
        raise SettingsError("\n".join(lines))


def problems(settings: Settings) -> Iterator[str]:
    """One line per key whose file cannot be used, and what to write."""
    brokers = {"shop_broker": settings.shop_broker}
    if settings.central.kind == "mqtt":
        brokers["central.broker"] = settings.central.broker
    for section, broker in sorted(brokers.items()):
        yield from _password(section, broker)
        yield from _authority(section, broker)
        yield from _identity(section, broker)
    yield from _secret(settings)
    yield from _label_keys(settings)
    yield from _sensor_keys(settings)
    yield from _templates(settings)
    yield from _backup(settings)
    yield from _folder(settings)


def keys_of_labels(file: Path, settings: Settings) -> Mapping[str, bytes]:
    """The keys of labels, by id. Raises ``SettingsError`` where their file cannot be used."""
    if lines := [f"{file}: {line}" for line in _label_keys(settings)]:
        raise SettingsError("\n".join(lines))
    path = settings.labels.keys_file
    return {} if path is None else label_keys.read(path)


def _folder(settings: Settings) -> Iterator[str]:
    """The data folder is made at the start; here only whether that can succeed."""
    folder = settings.data.folder
    key = f'data.folder = "{folder}"'
    there = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if not there.is_dir():
        yield f"{key}: {there} is a file; write the path of a folder"
    elif not os.access(there, os.W_OK | os.X_OK):
        yield f"{key}: this user may not write in {there}; chown it, or write another"


def _secret(settings: Settings) -> Iterator[str]:
    path = settings.shopify.client_secret_file
    if settings.shopify.shop is None or path is None:
        return
    key = f'shopify.client_secret_file = "{path}"'
    try:
        empty = not path.read_bytes().strip()
    except OSError as error:
        yield f"{key}: {unreadable(error)}"
    else:
        if empty:
            yield f"{key}: is empty; write the app's client secret on its first line"


def _label_keys(settings: Settings) -> Iterator[str]:
    path = settings.labels.keys_file
    if path is None:
        return
    key = f'labels.keys_file = "{path}"'
    try:
        label_keys.read(path)
    except OSError as error:
        yield f"{key}: {unreadable(error)}"
    except ValueError as error:
        yield f"{key}: {error}"


def _sensor_keys(settings: Settings) -> Iterator[str]:
    for name, sensor in settings.sensors.items():
        if sensor.key_file is None:
            continue
        key = f'sensors.{name}.key_file = "{sensor.key_file}"'
        try:
            read_key(sensor.key_file)
        except OSError as error:
            yield f"{key}: {unreadable(error)}"
        except ValueError as error:
            yield f"{key}: {error}"


def _templates(settings: Settings) -> Iterator[str]:
    folder = settings.labels.templates
    if folder is not None and not folder.is_dir():
        yield f'labels.templates = "{folder}": there is no such folder; make it, or remove the key'


def _backup(settings: Settings) -> Iterator[str]:
    for name in ("passphrase_file", "sftp_key_file", "sftp_hosts_file", "central_token_file"):
        path = getattr(settings.backup, name)
        if path is None:
            continue
        try:
            empty = not path.read_bytes().strip()
        except OSError as error:
            yield f'backup.{name} = "{path}": {unreadable(error)}'
        else:
            if empty:
                yield f'backup.{name} = "{path}": is empty; write what belongs there, or remove it'


def _password(section: str, broker: Broker) -> Iterator[str]:
    path = broker.password_file
    if path is None:
        return
    key = f'{section}.password_file = "{path}"'
    if broker.username is None:
        yield f"{key}: is not used without a user; write {section}.username too, or remove it"
        return
    try:
        empty = not path.read_text(encoding="utf-8").strip()
    except OSError as error:
        yield f"{key}: {unreadable(error)}"
    except UnicodeDecodeError:
        yield f"{key}: is not UTF-8 text; write the password alone into that file"
    else:
        if empty:
            yield f"{key}: is empty; write the password alone into that file"


def _authority(section: str, broker: Broker) -> Iterator[str]:
    path = broker.ca_file
    if path is None:
        return
    key = f'{section}.ca_file = "{path}"'
    if not broker.tls:
        yield f"{key}: is not used without TLS; write {section}.tls = true, or remove it"
        return
    try:
        path.read_bytes()
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        yield f"{key}: holds no certificate; write the path of a PEM file"
    except OSError as error:
        yield f"{key}: {unreadable(error)}"


def _identity(section: str, broker: Broker) -> Iterator[str]:
    if broker.cert_file is None or broker.key_file is None:
        return
    key = f'{section}.cert_file = "{broker.cert_file}"'
    if not broker.tls:
        yield f"{key}: is not used without TLS; write {section}.tls = true, or remove it"
        return
    for name, path in (("cert_file", broker.cert_file), ("key_file", broker.key_file)):
        try:
            path.read_bytes()
        except OSError as error:
            yield f'{section}.{name} = "{path}": {unreadable(error)}'
            return
    try:
        # Without a passphrase given OpenSSL would ask on the terminal and wait.
        ssl.create_default_context().load_cert_chain(broker.cert_file, broker.key_file, "")
    except ssl.SSLError:
        yield (
            f"{key}: does not fit the key in {broker.key_file}; both must be PEM, the key without "
            "a passphrase and of this very certificate"
        )


def unreadable(error: OSError) -> str:
    """What to say about a file that cannot be read, and what to do."""
    match error:
        case FileNotFoundError():
            return "is not there; write the path of a file that is"
        case PermissionError():
            return "may not be read by this user; give it the right to, or write another path"
        case IsADirectoryError():
            return "is a folder; write the path of a file in it"
        case _:
            return f"cannot be read: {error.strerror}; write another path"
