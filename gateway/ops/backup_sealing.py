"""Encryption of a backup: argon2id from the passphrase, then AES-256-GCM piece by piece.

The form is in docs/backup.md. Every piece is bound to the header, to its place and to whether it is
the last, so that nothing can be changed, moved, cut off or put behind without being noticed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import os
import struct
from pathlib import Path
from typing import IO, Annotated, Final, Literal

import pydantic
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from gateway.ops.backup_format import BackupError, DamagedError, PassphraseError

MAGIC: Final = b"anaquel backup 1"
SHORTEST: Final = 12
"""Characters of a passphrase at least: whoever finds a stick can try for ever."""
_LONGEST = 1_024
_PIECE: Final = 65_536
_TAG: Final = 16
_SUM: Final = 32
_HEADER_MOST: Final = 1_024
_PASSPHRASE_FILE_MOST: Final = 4_096


class _Header(BaseModel):
    """How the key is made; bounded, so that a header cannot ask for all memory of the box."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cipher: Literal["AES-256-GCM"] = "AES-256-GCM"
    kdf: Literal["argon2id"] = "argon2id"
    time: Annotated[int, Field(ge=1, le=16)] = 3
    memory_kib: Annotated[int, Field(ge=8_192, le=262_144)] = 65_536
    lanes: Annotated[int, Field(ge=1, le=8)] = 4
    salt: Annotated[str, Field(min_length=24, max_length=24)]
    piece: Annotated[int, Field(ge=4_096, le=2**20)] = _PIECE

    def keys(self, passphrase: str) -> tuple[bytes, bytes]:
        """The key of the pieces, and the key that proves the passphrase."""
        made = hash_secret_raw(
            passphrase.encode(),
            base64.b64decode(self.salt),
            time_cost=self.time,
            memory_cost=self.memory_kib,
            parallelism=self.lanes,
            hash_len=64,
            type=Type.ID,
        )
        return made[:32], made[32:]


def read_passphrase(file: Path) -> str:
    """The passphrase on the first line of ``file``. Raises ``PassphraseError``."""
    try:
        with file.open("rb") as opened:
            text = opened.read(_PASSPHRASE_FILE_MOST).decode("utf-8-sig")
    except OSError as error:
        raise PassphraseError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PassphraseError(f"{file}: is not UTF-8 text; save it as UTF-8") from error
    passphrase = next(iter(text.splitlines()), "").strip()
    if not SHORTEST <= len(passphrase) <= _LONGEST:
        raise PassphraseError(
            f"{file}: write a passphrase of {SHORTEST} to {_LONGEST} characters on its first line; "
            "some words that have nothing to do with each other are good"
        )
    return passphrase


class Sealing(io.RawIOBase):
    """Encrypts what is written to it into ``target``; ``finish`` writes the last piece."""

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        self._target = target
        header = _Header(salt=base64.b64encode(os.urandom(16)).decode())
        body = header.model_dump_json().encode()
        self._head = MAGIC + struct.pack(">H", len(body)) + body
        key, proof = header.keys(passphrase)
        self._cipher = AESGCM(key)
        signed = self._head + hmac.digest(proof, self._head, "sha256")
        target.write(signed + hashlib.sha256(signed).digest())
        self._waiting = bytearray()
        self._count = 0

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: object, /) -> int:
        view = memoryview(data).cast("B")  # type: ignore[arg-type] # any buffer, as io says
        self._waiting += view
        # One piece always waits: the last one is marked as such.
        while len(self._waiting) > _PIECE:
            self._put(bytes(self._waiting[:_PIECE]), last=False)
            del self._waiting[:_PIECE]
        return len(view)

    def finish(self) -> None:
        """Write the last piece: without it the file counts as cut off."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, piece: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._count, last=last), piece, self._head)
        self._target.write(sealed)
        self._count += 1


class Unsealing(io.RawIOBase):
    """Decrypts ``source``, which stands behind ``MAGIC``; only what was proved whole comes out.

    Raises ``PassphraseError`` and ``DamagedError``.
    """

    def __init__(self, source: IO[bytes], passphrase: str | None) -> None:
        self._source = source
        header, self._head, proof = _read_header(source)
        if passphrase is None:
            raise PassphraseError("the backup is encrypted; name its passphrase's file")
        key, own = header.keys(passphrase)
        if not hmac.compare_digest(hmac.digest(own, self._head, "sha256"), proof):
            raise PassphraseError("this is not the passphrase it was encrypted with")
        self._cipher = AESGCM(key)
        self._piece = header.piece + _TAG
        self._next = source.read(self._piece)
        self._count = 0
        self._ready = memoryview(b"")

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type] # any buffer, as io says
        while not self._ready and self._next:
            self._open_next()
        taken = min(len(view), len(self._ready))
        view[:taken] = self._ready[:taken]
        self._ready = self._ready[taken:]
        return taken

    def _open_next(self) -> None:
        now, self._next = self._next, self._source.read(self._piece)
        nonce = _nonce(self._count, last=not self._next)
        try:
            self._ready = memoryview(self._cipher.decrypt(nonce, now, self._head))
        except InvalidTag:
            raise DamagedError(
                f"damaged or cut off in its piece {self._count + 1}; use another copy"
            ) from None
        self._count += 1


def _read_header(source: IO[bytes]) -> tuple[_Header, bytes, bytes]:
    """The header, its bytes with the magic, and the proof of the passphrase."""
    length = source.read(2)
    size = struct.unpack(">H", length)[0] if len(length) == 2 else 0
    if not 0 < size <= _HEADER_MOST:
        raise DamagedError("its header is damaged; use another copy")
    body, proof, sum_ = source.read(size), source.read(_SUM), source.read(_SUM)
    head = MAGIC + length + body
    # Without a key: it tells a damaged header from a wrong passphrase.
    if hashlib.sha256(head + proof).digest() != sum_:
        raise DamagedError("its header is damaged; use another copy")
    try:
        return _Header.model_validate_json(body), head, proof
    except pydantic.ValidationError as error:
        raise BackupError("encrypted in a way that this Anaquel does not know") from error


def _nonce(count: int, *, last: bool) -> bytes:
    # Each file has a key of its own, by its salt: counting is enough.
    return count.to_bytes(11, "big") + bytes([last])
