"""Who may read and write what: secrets, the data folder, the database."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.ops.doctor.box import Box
from gateway.settings import Settings
from gateway.store import examining
from gateway.web.findings import Advice, Finding
from gateway.web.tls import own
from gateway.web.words import Text

SECRET_OPEN = Advice(
    code="secret_open",
    what=Text(
        es="Cualquier usuario de este equipo puede leer este secreto",
        en="Every user of this machine can read this secret",
    ),
    do=Text(
        es="Ciérralo: chmod 600 {path}. Si otros tienen acceso al equipo, cambia también el "
        "secreto.",
        en="Close it: chmod 600 {path}. If others have access to the machine, change the secret "
        "as well.",
    ),
)
DATA_OPEN = Advice(
    code="data_open",
    what=Text(
        es="Cualquier usuario de este equipo puede leer los datos de la tienda",
        en="Every user of this machine can read the shop's data",
    ),
    do=Text(es="Ciérralos: chmod 700 {path}", en="Close them: chmod 700 {path}"),
)
NOT_READABLE = Advice(
    code="file_not_readable",
    what=Text(
        es="El usuario {user}, con el que corre Anaquel, no puede leer este archivo",
        en="The user {user}, which Anaquel runs as, may not read this file",
    ),
    do=Text(
        es="Dale permiso: chown {user} {path} y chmod 600 {path}",
        en="Give it the right: chown {user} {path} and chmod 600 {path}",
    ),
)
NOT_WRITABLE = Advice(
    code="file_not_writable",
    what=Text(
        es="El usuario {user}, con el que corre Anaquel, no puede escribir aquí",
        en="The user {user}, which Anaquel runs as, may not write here",
    ),
    do=Text(
        es="Pasó si se usó anaquel con sudo. Devuélvelo: chown -R {user} {folder}",
        en="That happens when anaquel was used with sudo. Give it back: chown -R {user} {folder}",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Whose rights count: the gateway's user, which need not be who looks."""

    name: str
    uid: int
    groups: frozenset[int]


def look(box: Box) -> Iterable[Finding]:
    """Secrets that are open to all, and files that the gateway's user cannot use."""
    folder, user = box.settings.data.folder, _gateway_user(box.settings.data.folder)
    for path in secrets(box.settings):
        yield from _secret(path, user)
    if not folder.is_dir():
        return
    if folder.stat().st_mode & stat.S_IROTH:
        yield DATA_OPEN.at(str(folder), path=str(folder))
    for path in (folder, box.database, examining.log_of(box.database)):
        if path.exists() and not _may(path, user, 0o2 | (0o1 if path is folder else 0o4)):
            yield NOT_WRITABLE.at(str(path), user=user.name, folder=str(folder))


def secrets(settings: Settings) -> Iterator[Path]:
    """Every file with a password or a key that the settings name."""
    brokers = [settings.shop_broker]
    if settings.central.kind == "mqtt":
        brokers.append(settings.central.broker)
    named = [broker.password_file for broker in brokers]
    named += [broker.key_file for broker in brokers]
    named += [settings.sites.staff.key, settings.sites.shopper.key]
    named += [settings.labels.keys_file, settings.shopify.client_secret_file]
    named += [hook.url_file for hook in settings.notices.webhooks.values()]
    named += [hook.secret_file for hook in settings.notices.webhooks.values()]
    named += [settings.notices.smtp.password_file]
    named += [settings.data.folder / own.FOLDER / name for name in (own.AUTHORITY, own.STAFF)]
    yield from dict.fromkeys(path for path in named if path is not None)


def _secret(path: Path, user: User) -> Iterator[Finding]:
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # the check of the settings says that it is not there
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        yield SECRET_OPEN.at(str(path), path=str(path))
    if not _may(path, user, 0o4):
        yield NOT_READABLE.at(str(path), path=str(path), user=user.name)


def _gateway_user(folder: Path) -> User:
    """Root looks for whoever owns the data; anybody else for themselves."""
    uid = os.geteuid()
    if uid == 0 and folder.is_dir():
        uid = folder.stat().st_uid
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return User(name=str(uid), uid=uid, groups=frozenset())
    groups = os.getgrouplist(entry.pw_name, entry.pw_gid)
    return User(name=entry.pw_name, uid=uid, groups=frozenset(groups))


def _may(path: Path, user: User, wanted: int) -> bool:
    """Whether the user has the rights ``wanted`` (4 read, 2 write, 1 enter) by the modes alone."""
    if user.uid == 0:
        return True
    enters = all(_granted(parent.stat(), user) & 0o1 for parent in path.resolve().parents)
    return enters and _granted(path.stat(), user) & wanted == wanted


def _granted(found: os.stat_result, user: User) -> int:
    if found.st_uid == user.uid:
        return found.st_mode >> 6 & 0o7
    return (found.st_mode >> 3 if found.st_gid in user.groups else found.st_mode) & 0o7
