"""The key with which this central side signs."""

from __future__ import annotations

import os
from pathlib import Path

from device_drivers.links.messages import MessagePort
from gateway.broker import signing
from gateway.broker.signing import KeyFileError, Opener, Signer, SigningPort
from gateway.central.settings import CentralSettings


def make(file: Path) -> str:
    """Write a new private key to ``file``, for its owner's eyes only; returns the public half.

    Raises ``KeyFileError``; a file that is there is never replaced.
    """
    pair = signing.new_key_pair()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as new:
            new.write(pair.private_pem)
    except FileExistsError as error:
        raise KeyFileError(
            f"{file}: is there already; name another, keys are not replaced"
        ) from error
    except OSError as error:
        raise KeyFileError(f"{file}: cannot be written: {error.strerror}") from error
    return pair.public


def signer_of(chosen: CentralSettings) -> Signer | None:
    """The signer that the settings name, if any. Raises ``KeyFileError``."""
    key_id, file = chosen.sign.key_id, chosen.sign.key_file
    if key_id is None or file is None:
        return None
    try:
        pem = file.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{file}: cannot be read: {error.strerror}; see [sign]") from error
    return Signer(key_id, pem, store=chosen.store)


def port_of(chosen: CentralSettings, port: MessagePort) -> MessagePort:
    """The same port, which signs where the settings say so. Raises ``KeyFileError``."""
    signer = signer_of(chosen)
    return port if signer is None else SigningPort(port, signer)


def opener_of(chosen: CentralSettings) -> Opener:
    """Opens what this central side itself sends. Raises ``KeyFileError``."""
    signer = signer_of(chosen)
    known = {} if signer is None else {signer.key_id: signer.public}
    return Opener(store=chosen.store, keys=known, required=False)
