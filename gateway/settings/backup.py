"""The section ``[backup]``."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from gateway.settings.shapes import Section, Whole, shaped

_HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
SftpAddress = Annotated[
    str,
    shaped(
        rf"sftp://[a-z_][a-z0-9_.-]{{0,31}}@{_HOST}(:\d{{1,5}})?(/[A-Za-z0-9._-]+)*/?",
        "write user, host and folder of A-Z a-z 0-9 . _ -, like "
        '"sftp://anaquel@nas.local/backups/s042"',
    ),
]
PutAddress = Annotated[
    str,
    shaped(
        rf"(https://{_HOST}|http://127\.0\.0\.1)(:\d{{1,5}})?(/[A-Za-z0-9._~-]+)*/?",
        'write an address with https:// before it, like "https://erp.example.com/backups/s042"',
    ),
    AfterValidator(lambda url: url.rstrip("/")),
]
Folder = Annotated[str, shaped(r"/[^\x00-\x1f]*", 'write a whole path, like "/media"')]
Nightly = Annotated[
    str,
    shaped(
        r"([01]\d|2[0-3]):[0-5]\d|never",
        'write hours and minutes in quotes, like "03:00", or "never"',
    ),
]
Count = Annotated[Whole, Field(ge=0, le=1_000)]


class Backup(Section):
    """When the shop's data is put away, how much of it stays, and where copies go."""

    at: Nightly = "03:00"
    folder: Path | None = None
    passphrase_file: Path | None = None
    daily: Annotated[Whole, Field(ge=1, le=1_000)] = 7
    weekly: Count = 4
    monthly: Count = 3
    mounts: Annotated[tuple[Folder, ...], Field(max_length=20)] = ("/media", "/run/media", "/mnt")
    sftp: SftpAddress | None = None
    sftp_key_file: Path | None = None
    sftp_hosts_file: Path | None = None
    central_url: PutAddress | None = None
    central_token_file: Path | None = None

    @property
    def hour(self) -> time | None:
        """When one is made, on the shop's clock; None when only somebody asks."""
        return None if self.at == "never" else time.fromisoformat(self.at)

    @model_validator(mode="after")
    def _is_complete(self) -> Backup:
        needed = {
            "sftp": ("sftp_key_file", "sftp_hosts_file"),
            "central_url": ("central_token_file",),
        }
        for name, beside in needed.items():
            lacking = [one for one in beside if getattr(self, one) is None]
            if getattr(self, name) is not None and lacking:
                raise ValueError(f"{name} is set, so write {' and '.join(lacking)} beside it")
        return self
