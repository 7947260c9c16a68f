"""A small certificate authority of the box, and the certificate that it makes for the staff site.

People install the authority on their phones, so it must be worth little to a thief: by its name
constraints (RFC 5280 section 4.2.1.10) it vouches for nothing but names and addresses inside of
networks of one's own, and names that the settings say. Phones refuse a certificate for longer than
825 days (support.apple.com/en-us/103769), so the authority stays and the certificate is made again.

A box without a battery may start years off. A certificate begins a year before the time that the
box believes in, and is made again once the time is known and tells otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.web.tls.names import NETWORKS, Machine

BACK: Final = timedelta(days=365)
LASTS: Final = timedelta(days=459)
"""With ``BACK`` a day less than the longest that phones take."""
RENEW: Final = timedelta(days=60)
_MARGIN: Final = timedelta(days=30)
_BEGINS: Final = datetime(2020, 1, 1, tzinfo=UTC)
_ENDS: Final = datetime(2049, 12, 31, tzinfo=UTC)
_EARLIEST: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""No box with this program is older, whatever its clock says."""

_OWN_NAMES: Final = ("local", "localhost", "lan", "internal", "home.arpa")
_PEM: Final = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def from_pem(cls, pem: bytes) -> Signed:
        """Read both. Raises ``ValueError`` where it is not what ``pem`` writes."""
        key = serialization.load_pem_private_key(pem, None)
        certificate = x509.load_pem_x509_certificate(pem)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("another kind of key")  # noqa: TRY004 - of a file, not of a caller
        if certificate.public_key() != key.public_key():
            raise ValueError("the key of another certificate")
        return cls(certificate=certificate, key=key)

    def pem(self) -> bytes:
        """Both, in one file, so that one never comes without the other."""
        private = self.key.private_bytes(
            _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return self.certificate.public_bytes(_PEM) + private


def new_authority(gateway: str, names: Sequence[str]) -> Signed:
    """An authority for the names and networks of one's own, and for ``names``."""
    permitted: list[x509.GeneralName] = [x509.DNSName(one) for one in (*_OWN_NAMES, *names)]
    permitted += [x509.IPAddress(one) for one in NETWORKS]
    key = ec.generate_private_key(ec.SECP256R1())
    name = _named(f"Anaquel {gateway[:50]}")
    public = key.public_key()
    certificate = (
        x509.CertificateBuilder(
            issuer_name=name,
            subject_name=name,
            public_key=public,
            serial_number=x509.random_serial_number(),
            not_valid_before=_BEGINS,
            not_valid_after=_ENDS,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Signed(certificate=certificate, key=key)


def vouches_for(authority: x509.Certificate, names: Sequence[str]) -> bool:
    """Whether it may sign for all of ``names``."""
    permitted = [one.value for one in _permitted(authority) if isinstance(one, x509.DNSName)]
    return all(any(_is_below(name, one) for one in permitted) for name in names)


def new_certificate(authority: Signed, machine: Machine, now: datetime) -> Signed:
    """A certificate for all of the machine's names that the authority may sign for."""
    at = min(max(now, _EARLIEST), _ENDS - LASTS)
    names = _signed_names(authority.certificate, machine)
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate
    certificate = (
        x509.CertificateBuilder(
            issuer_name=issuer.subject,
            subject_name=_named(machine.names[0][:64]),
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=at - BACK,
            not_valid_after=at + LASTS,
        )
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
        .sign(authority.key, hashes.SHA256())
    )
    return Signed(certificate=certificate, key=key)


def is_due(
    certificate: x509.Certificate,
    authority: x509.Certificate,
    machine: Machine,
    now: datetime | None,
) -> bool:
    """Whether to make another; ``now`` is None while nobody knows the time."""
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    if set(names) != set(_signed_names(authority, machine)):
        return True
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError):
        return True
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return now is not None and not begins + _MARGIN <= now <= ends - RENEW


def _signed_names(authority: x509.Certificate, machine: Machine) -> list[x509.GeneralName]:
    """What it may sign for: one name too many, and clients refuse the whole certificate."""
    networks = [
        one.value
        for one in _permitted(authority)
        if isinstance(one.value, IPv4Network | IPv6Network)
    ]
    names = [one for one in machine.names if vouches_for(authority, [one])]
    inside = [one for one in machine.addresses if any(one in network for network in networks)]
    return [*(x509.DNSName(one) for one in names), *(x509.IPAddress(one) for one in inside)]


def _permitted(authority: x509.Certificate) -> Sequence[x509.GeneralName]:
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    return constraints.permitted_subtrees or ()


def _is_below(name: str, permitted: str) -> bool:
    return name == permitted or name.endswith(f".{permitted}")


def _named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Anaquel"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
