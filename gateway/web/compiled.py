"""Compiled templates kept on disk: compiling is a third of a start, reading is nothing."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket
from typing_extensions import override

FOLDER = "compiled"
"""Its name in the data folder."""

_HASH_BYTES = hashlib.sha256().digest_size


class CompiledTemplates(jinja2.BytecodeCache):
    """One file per template below ``folder``, replaced when its template changed.

    A file that a power cut or anybody else spoiled is not used, and a disk without room only costs
    the time to compile again. Whoever may write there decides what we run: the folder must be as
    private as the database.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @override
    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            kept = self._file(bucket).read_bytes()
        except OSError:
            return
        if hashlib.sha256(kept[_HASH_BYTES:]).digest() == kept[:_HASH_BYTES]:
            bucket.bytecode_from_string(kept[_HASH_BYTES:])

    @override
    def dump_bytecode(self, bucket: Bucket) -> None:
        compiled = bucket.bytecode_to_string()
        file = self._file(bucket)
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.write_bytes(hashlib.sha256(compiled).digest() + compiled)

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / bucket.key
