"""A certificate with its key as a site shows it, from files or made here."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes


class PairError(Exception):
    """Files that cannot be used; the message says which, why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What a site shows: ``context`` serves it; ``ends`` is when the certificate is over."""

    context: ssl.SSLContext
    names: tuple[str, ...]
    begins: datetime
    ends: datetime
    sha256: str


def load(certificate: Path, key: Path) -> Pair:
    """Read both; blocks. Raises ``PairError``, and gives nothing that only half fits."""
    first = read_certificate(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # Without a passphrase given OpenSSL would ask on the terminal and wait.
        context.load_cert_chain(certificate, key, password=b"")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise PairError(f"{key}: is not the key of {certificate}; write both anew") from error
        raise PairError(
            f"{key}: holds no key that can be used; it must be PEM and without a passphrase"
        ) from error
    except OSError as error:
        raise PairError(_unreadable(key, error)) from error
    return Pair(
        context=context,
        names=names_of(first),
        begins=first.not_valid_before_utc,
        ends=first.not_valid_after_utc,
        sha256=fingerprint(first),
    )


def read_certificate(file: Path) -> x509.Certificate:
    """The first certificate in a PEM file. Raises ``PairError``."""
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except OSError as error:
        raise PairError(_unreadable(file, error)) from error
    except ValueError as error:
        raise PairError(f"{file}: holds no certificate; it must be PEM, ours first") from error


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """For which names and addresses it is; clients look at nothing else."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = names.get_values_for_type(x509.IPAddress)
    return (*names.get_values_for_type(x509.DNSName), *map(str, addresses))


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 as browsers and phones show it: pairs of capitals with colons between."""
    return ":".join(f"{byte:02X}" for byte in certificate.fingerprint(hashes.SHA256()))


def _unreadable(file: Path, error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return f"{file}: is not there"
        case PermissionError():
            return f"{file}: may not be read by this user; give it the right to"
        case _:
            return f"{file}: cannot be read: {error.strerror}"
