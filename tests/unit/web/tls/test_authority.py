from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509

from gateway.web.tls import authority, pair
from gateway.web.tls.authority import Signed
from gateway.web.tls.names import Machine

NOW = datetime(2027, 3, 1, tzinfo=UTC)
SHOP = Machine(
    names=("anaquel.local", "caja.local", "caja", "localhost"),
    addresses=(IPv4Address("192.168.1.10"), IPv4Address("127.0.0.1")),
)


@pytest.fixture(scope="module")
def chief() -> Signed:
    return authority.new_authority("s042-1", SHOP.names)


def renamed(*names: str) -> Machine:
    return Machine(names=names, addresses=SHOP.addresses)


def is_due(signed: Signed, chief: Signed, now: datetime | None, machine: Machine = SHOP) -> bool:
    return authority.is_due(signed.certificate, chief.certificate, machine, now)


def test_it_is_for_all_names_and_addresses_of_the_machine(chief: Signed) -> None:
    made = authority.new_certificate(chief, SHOP, NOW)

    made.certificate.verify_directly_issued_by(chief.certificate)
    assert pair.names_of(made.certificate) == (*SHOP.names, "192.168.1.10", "127.0.0.1")


def test_it_began_long_ago_and_lasts_no_longer_than_phones_take(chief: Signed) -> None:
    made = authority.new_certificate(chief, SHOP, NOW).certificate

    lasts = made.not_valid_after_utc - made.not_valid_before_utc
    assert lasts < timedelta(days=825)
    assert made.not_valid_before_utc <= NOW - timedelta(days=300)


@pytest.mark.parametrize(
    "said", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)]
)
def test_a_clock_that_is_years_off_makes_one_within_the_authoritys_time(
    chief: Signed, said: datetime
) -> None:
    made = authority.new_certificate(chief, SHOP, said).certificate

    assert made.not_valid_after_utc <= chief.certificate.not_valid_after_utc
    assert made.not_valid_before_utc >= chief.certificate.not_valid_before_utc
    assert made.not_valid_after_utc > datetime(2027, 11, 1, tzinfo=UTC)


def test_it_is_made_again_before_its_end_and_once_the_time_is_known_to_be_another(
    chief: Signed,
) -> None:
    made = authority.new_certificate(chief, SHOP, NOW)

    ends = made.certificate.not_valid_after_utc
    assert not is_due(made, chief, NOW)
    assert not is_due(made, chief, ends - timedelta(days=61))
    assert is_due(made, chief, ends - timedelta(days=59))
    assert is_due(made, chief, NOW - timedelta(days=360))
    assert not is_due(made, chief, None), "nobody knows the time"


def test_it_is_made_again_for_other_names_and_by_another_authority(chief: Signed) -> None:
    made = authority.new_certificate(chief, SHOP, NOW)

    assert is_due(made, chief, None, renamed("anaquel.local", "tienda.local"))
    assert is_due(made, authority.new_authority("s042-1", SHOP.names), None)


def test_it_vouches_for_nothing_outside_of_ones_own_network(tmp_path: Path, chief: Signed) -> None:
    addresses = [IPv4Address(one) for one in ("192.168.1.10", "192.0.2.2", "8.8.8.8")]
    machine = Machine(names=("anaquel.local", "bank.example.com"), addresses=tuple(addresses))
    made = authority.new_certificate(chief, machine, NOW)

    assert authority.vouches_for(chief.certificate, ["x.local", "caja", "box.lan"])
    assert not authority.vouches_for(chief.certificate, ["bank.example.com"])
    assert not authority.vouches_for(chief.certificate, ["notlocal"])
    assert pair.names_of(made.certificate) == ("anaquel.local", "192.168.1.10")
    assert shaken(tmp_path, made, chief, "anaquel.local"), "one name too many spoils all of it"
    assert not is_due(made, chief, NOW, machine)


@pytest.mark.parametrize("name", ["bank.example.com", "example.com"])
def test_a_stolen_key_of_it_signs_for_nobody_else(tmp_path: Path, chief: Signed, name: str) -> None:
    forged = authority.new_certificate(chief, SHOP, NOW)
    builder = x509.CertificateBuilder(
        issuer_name=chief.certificate.subject,
        subject_name=forged.certificate.subject,
        public_key=forged.key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_valid_after=datetime(2049, 1, 1, tzinfo=UTC),
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    certificate = builder.sign(chief.key, forged.certificate.signature_hash_algorithm)  # type: ignore[arg-type]

    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shaken(tmp_path, Signed(certificate=certificate, key=forged.key), chief, name)
    assert shaken(tmp_path, forged, chief, "anaquel.local") == "TLSv1.3"


def shaken(folder: Path, signed: Signed, chief: Signed, name: str) -> str | None:
    """A whole handshake in memory; the version that was agreed on."""
    (folder / "pair.pem").write_bytes(signed.pem())
    (folder / "chief.pem").write_bytes(chief.pem())
    served = pair.load(folder / "pair.pem", folder / "pair.pem").context
    trusting = ssl.create_default_context(cafile=folder / "chief.pem")
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = served.wrap_bio(up, down, server_side=True)
    client = trusting.wrap_bio(down, up, server_hostname=name)
    for _ in range(4):
        for one in (client, server):
            try:
                one.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client.version()


def test_what_is_written_is_read_again(chief: Signed) -> None:
    read = Signed.from_pem(chief.pem())

    assert read.certificate == chief.certificate
    other = authority.new_authority("other", SHOP.names)
    mixed = (
        chief.pem().partition(b"-----BEGIN PRIVATE")[0]
        + other.pem()[other.pem().index(b"-----BEGIN PRIVATE") :]
    )
    for wrong in (mixed, b"", b"-----BEGIN CERTIFICATE-----"):
        with pytest.raises(ValueError, match=r"."):
            Signed.from_pem(wrong)
