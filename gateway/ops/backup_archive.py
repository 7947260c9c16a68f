"""Files into one archive and out of it again: tar with gzip, sealed where there is a passphrase.

Reading trusts nothing: names, order and sizes are the manifest's or the archive is damaged, and
nothing larger than the manifest says is ever read or written. All functions block.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final, cast

import pydantic

from gateway.ops import backup_format
from gateway.ops.backup_format import DamagedError, Manifest, Member, NewerError
from gateway.ops.backup_sealing import MAGIC, Sealing, Unsealing
from gateway.store.copying import GoOn

CHUNK: Final = 2**18
_BLOCK: Final = tarfile.BLOCKSIZE
_LEVEL: Final = 6
_TAIL_MOST: Final = 2 * tarfile.RECORDSIZE
_LONG_SIZE: Final = 8**11

Take = Callable[[Member, Iterator[bytes]], None]


def write(
    target: IO[bytes], folder: Path, manifest: Manifest, passphrase: str | None, go_on: GoOn
) -> None:
    """Write the archive of the manifest's files, which lie below ``folder``."""
    sealing = None if passphrase is None else Sealing(target, passphrase)
    out = target if sealing is None else cast("IO[bytes]", sealing)
    with gzip.GzipFile("", "wb", _LEVEL, out, mtime=0) as opened:
        zipped = cast("IO[bytes]", opened)
        body = manifest.model_dump_json(indent=1).encode()
        _put(zipped, backup_format.MANIFEST, len(body), io.BytesIO(body), go_on)
        for member in manifest.members:
            with (folder / member.name).open("rb") as source:
                _put(zipped, member.name, member.bytes, source, go_on)
        zipped.write(bytes(2 * _BLOCK))
    if sealing is not None:
        sealing.finish()


def _put(target: IO[bytes], name: str, size: int, source: IO[bytes], go_on: GoOn) -> None:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    # Each form has what the other lacks: long names, and files beyond 8 GiB.
    if size >= _LONG_SIZE:
        target.write(header.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict"))
    else:
        target.write(header.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict"))
    left = size
    while left:
        go_on()
        piece = source.read(min(CHUNK, left))
        if not piece:
            raise DamagedError(f"{name}: became shorter while it was packed; try again")
        target.write(piece)
        left -= len(piece)
    target.write(bytes(-size % _BLOCK))


def read_manifest(path: Path, passphrase: str | None) -> Manifest:
    """What the archive says it is. Raises ``BackupError``."""
    with _unzipped(path, passphrase) as source:
        return _manifest(source)


def read(path: Path, passphrase: str | None, take: Take) -> Manifest:
    """Give each file to ``take`` in pieces, checked when the last piece is taken.

    Raises ``BackupError``; what was taken until then must not be used.
    """
    with _unzipped(path, passphrase) as source:
        manifest = _manifest(source)
        for member in manifest.members:
            name, size = _header(source)
            if (name, size) != (member.name, member.bytes):
                raise DamagedError("its files are not those it lists; use another copy")
            take(member, _checked(source, member))
        _ends(source)
    return manifest


def extract(path: Path, passphrase: str | None, folder: Path, go_on: GoOn) -> Manifest:
    """Unpack below an empty ``folder``, on disk when this returns. Raises ``BackupError``."""

    def take(member: Member, pieces: Iterator[bytes]) -> None:
        file = folder / member.name
        with _new(file) as target:
            for piece in pieces:
                go_on()
                _write(target, file, piece)

    return read(path, passphrase, take)


def verify(path: Path, passphrase: str | None, go_on: GoOn) -> Manifest:
    """Read all of it and compare every hash. Raises ``BackupError``."""

    def take(_: Member, pieces: Iterator[bytes]) -> None:
        for _piece in pieces:
            go_on()

    return read(path, passphrase, take)


@contextmanager
def _new(file: Path) -> Iterator[IO[bytes]]:
    """A file that was not there before, on disk at the end."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", 0) as target:
        yield target
        os.fsync(target.fileno())


def _write(target: IO[bytes], file: Path, piece: bytes) -> None:
    """All of it. Raises ``BackupError`` where the disk takes no more."""
    view = memoryview(piece)
    try:
        while view:
            view = view[target.write(view) :]
    except OSError as error:
        raise backup_format.BackupError(f"{file}: cannot be written: {error.strerror}") from error


@contextmanager
def _unzipped(path: Path, passphrase: str | None) -> Iterator[IO[bytes]]:
    try:
        with ExitStack() as stack:
            file: IO[bytes] = stack.enter_context(path.open("rb"))
            first = file.read(len(MAGIC))
            source: IO[bytes] = file
            if first == MAGIC:
                unsealing = Unsealing(file, passphrase)
                source = cast("IO[bytes]", io.BufferedReader(unsealing, CHUNK))
            elif first.startswith(b"\x1f\x8b"):
                file.seek(0)
            else:
                raise DamagedError("is no backup of Anaquel, or damaged at its beginning")
            zipped = stack.enter_context(gzip.GzipFile("", "rb", fileobj=source))
            yield cast("IO[bytes]", zipped)
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.HeaderError, UnicodeError) as error:
        raise DamagedError(f"{path}: damaged or cut off ({error}); use another copy") from error
    except backup_format.BackupError as error:
        raise type(error)(f"{path}: {error}") from error
    except OSError as error:
        raise backup_format.BackupError(f"{path}: cannot be read: {error.strerror}") from error


def _manifest(source: IO[bytes]) -> Manifest:
    name, size = _header(source)
    if name != backup_format.MANIFEST or size > backup_format.MANIFEST_MOST:
        raise DamagedError("does not begin with its manifest; use another copy")
    body = b"".join(_pieces(source, size))
    try:
        return Manifest.model_validate_json(body)
    except pydantic.ValidationError as error:
        fault = error.errors()[0]
        if fault["loc"][:1] == ("format",):
            raise NewerError(
                "made by a newer Anaquel in a form that this one does not know; install that one"
            ) from error
        where = ".".join(map(str, fault["loc"]))
        raise DamagedError(f"its manifest cannot be used: {where} {fault['msg']}") from error


def _header(source: IO[bytes]) -> tuple[str, int]:
    """The name and size of the next file; every other kind of entry is refused."""
    block = _exactly(source, _BLOCK)
    header = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    if header.type != tarfile.REGTYPE or header.size < 0:
        raise DamagedError("holds something that is no file; use another copy")
    return header.name, header.size


def _pieces(source: IO[bytes], size: int) -> Iterator[bytes]:
    left = size
    while left:
        piece = _exactly(source, min(CHUNK, left))
        left -= len(piece)
        yield piece
    _exactly(source, -size % _BLOCK)


def _checked(source: IO[bytes], member: Member) -> Iterator[bytes]:
    found = hashlib.sha256()
    for piece in _pieces(source, member.bytes):
        found.update(piece)
        yield piece
    if found.hexdigest() != member.sha256:
        raise DamagedError(f"{member.name} in it is damaged; use another copy")


def _exactly(source: IO[bytes], size: int) -> bytes:
    data = source.read(size)
    if len(data) < size:
        raise EOFError("it ends too early")
    return data


def _ends(source: IO[bytes]) -> None:
    """Read to the end, so that the last check sum is compared too."""
    tail = source.read(_TAIL_MOST)
    if len(tail) < 2 * _BLOCK or any(tail) or source.read(1):
        raise DamagedError("does not end where its last file does; use another copy")
