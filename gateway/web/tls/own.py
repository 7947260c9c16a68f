"""The box's own authority and certificate in the data folder, made where they are missing."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from gateway.settings import Settings
from gateway.store import owning
from gateway.web.tls import authority
from gateway.web.tls.authority import Signed
from gateway.web.tls.names import Machine

FOLDER: Final = "certificates"
AUTHORITY: Final = "authority.pem"
STAFF: Final = "staff.pem"

log = structlog.get_logger("certificates")


class Own:
    """Both, as they are now. All calls block."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data.folder / FOLDER
        self._gateway = settings.shop.gateway
        self._wanted = settings.sites.staff.names
        self._authority: Signed | None = None
        self._staff: Signed | None = None

    @property
    def file(self) -> Path:
        """Where certificate and key of the staff site stand."""
        return self._folder / STAFF

    @property
    def authority(self) -> Signed:
        """Whom to trust. Call ``renew`` first."""
        if self._authority is None:
            raise RuntimeError("call renew first")
        return self._authority

    def renew(self, machine: Machine, now: datetime | None, guess: datetime) -> bool:
        """Make what is missing or due; True where the certificate is another one than before.

        ``now`` is None while the time is not known; ``guess`` is the best there is. Raises
        ``OSError`` where it cannot be written; then all stays as it was.
        """
        known = self._staff
        if self._authority is None:
            self._authority, self._staff = self._read(AUTHORITY), self._read(STAFF)
        if self._authority is None or not authority.vouches_for(
            self._authority.certificate, self._wanted
        ):
            self._authority = self._kept(
                AUTHORITY, authority.new_authority(self._gateway, machine.names)
            )
            log.info("own certificate authority made", folder=str(self._folder))
        chief = self._authority
        if self._staff is None or authority.is_due(
            self._staff.certificate, chief.certificate, machine, now
        ):
            self._staff = self._kept(STAFF, authority.new_certificate(chief, machine, guess))
        return self._staff is not known

    def _kept(self, name: str, signed: Signed) -> Signed:
        _write(self._folder, name, signed.pem())
        return signed

    def _read(self, name: str) -> Signed | None:
        """What is kept; None where there is nothing, or nothing that can be used.

        A file that cannot be read just now is still there: phones trust what is in it, so it is
        never replaced. One without sense is put aside. Raises ``OSError``.
        """
        path = self._folder / name
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return Signed.from_pem(content)
        except ValueError as error:
            log.error("own certificate is made anew", file=str(path), why=str(error))  # noqa: TRY400
            path.replace(path.with_name(f"{name}.broken"))
            return None


def _write(folder: Path, name: str, content: bytes) -> None:
    """For nobody else to read, and never half."""
    folder.mkdir(mode=0o700, exist_ok=True)
    owning.give(folder, folder.parent)
    new = folder / f"{name}.new"
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    owning.give(new, folder.parent)
    new.replace(folder / name)
    kept = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(kept)
    finally:
        os.close(kept)
