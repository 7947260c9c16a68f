"""What is in a backup, and what can be wrong with one (docs/backup.md)."""

from __future__ import annotations

import re
import tarfile
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from gateway.domain.backups import Stored
from gateway.errors import AnaquelError
from gateway.settings.shapes import Id

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DATABASE: Final = "anaquel.db"
CONFIG: Final = "config.toml"
TEMPLATES: Final = "templates"
PICTURES: Final = "pictures"
MANIFEST_MOST: Final = 16 * 2**20
"""Bytes of the manifest at most."""
MEMBERS_MOST: Final = 50_000
_TIME = "%Y%m%dT%H%M%SZ"
_PART = re.compile(r"[^/\\\x00-\x1f\x7f]{1,100}")
_NAME = re.compile(
    r"anaquel~(?P<store>[A-Za-z0-9._-]{1,64})~(?P<gateway>[A-Za-z0-9._-]{1,64})~"
    r"(?P<taken>\d{8}T\d{6}Z)\.(?P<kind>tar\.gz|sealed)"
)


class BackupError(AnaquelError):
    """A backup could not be made, copied or used; the message says what to do."""


class DamagedError(BackupError):
    """The file is not what was written, or no backup at all."""


class PassphraseError(BackupError):
    """The passphrase is missing, or not the one it was made with."""


class NewerError(BackupError):
    """A newer Anaquel made it."""


def _member_name(name: str) -> str:
    """Only names that we write: nothing that leads out of the folder it is unpacked in."""
    if name in {DATABASE, CONFIG}:
        return name
    parts = name.split("/")
    usual = all(_PART.fullmatch(part) and part not in {".", ".."} for part in parts)
    if not usual or len(parts) not in range(2, 9) or parts[0] not in {TEMPLATES, PICTURES}:
        raise ValueError("is no name of a file in a backup")
    return name


def is_usable(name: str) -> bool:
    """Whether a template's file can have this name in a backup, short enough for tar."""
    try:
        _member_name(f"{TEMPLATES}/{name}")
        tarfile.TarInfo(f"{TEMPLATES}/{name}").tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")
    except ValueError:
        return False
    return True


class Member(BaseModel):
    """A file in the backup; ``sha256`` is of its bytes, in hex."""

    model_config = ConfigDict(frozen=True)

    name: Annotated[str, Field(max_length=255), AfterValidator(_member_name)]
    bytes: Annotated[int, Field(ge=0, le=2**50)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """The first file in a backup: what it is of, and every other file in order.

    ``app`` made it, ``database`` is the version of its tables.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    app: Annotated[str, Field(max_length=100)]
    database: Annotated[int, Field(ge=1)]
    store: Id
    gateway: Id
    taken_at: AwareDatetime
    members: Annotated[tuple[Member, ...], Field(min_length=1, max_length=MEMBERS_MOST)]
    left_out: Annotated[tuple[str, ...], Field(max_length=1_000)] = ()

    @model_validator(mode="after")
    def _names_each_once(self) -> Manifest:
        names = [member.name for member in self.members]
        if len(set(names)) < len(names):
            raise ValueError("names a file twice")
        if DATABASE not in names:
            raise ValueError("has no database")
        return self

    @property
    def total(self) -> int:
        """Bytes of all files together."""
        return sum(member.bytes for member in self.members)


class BackupName(BaseModel):
    """What the name of a backup's file says."""

    model_config = ConfigDict(frozen=True)

    store: str
    gateway: str
    taken_at: datetime
    sealed: bool

    @property
    def text(self) -> str:
        """The name of the file."""
        kind = "sealed" if self.sealed else "tar.gz"
        taken = self.taken_at.astimezone(UTC).strftime(_TIME)
        return f"anaquel~{self.store}~{self.gateway}~{taken}.{kind}"

    def stored(self, size: int) -> Stored:
        """The file of this name."""
        return Stored(name=self.text, taken_at=self.taken_at, bytes=size, sealed=self.sealed)


def read_name(text: str) -> BackupName | None:
    """What the name of a file says; None when it is none of ours."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    try:
        taken = datetime.strptime(found["taken"], _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return BackupName(
        store=found["store"],
        gateway=found["gateway"],
        taken_at=taken,
        sealed=found["kind"] == "sealed",
    )
