"""An archive gives back what was put in, or says that it cannot; whoever made it."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.ops import backup_archive, backup_restore, backup_sealing
from gateway.ops.backup_format import (
    BackupError,
    BackupName,
    DamagedError,
    Manifest,
    NewerError,
    PassphraseError,
    read_name,
)
from tests import tiers
from tests.support import archives
from tests.support.archives import PASSPHRASE, entry, go_on

DAMAGES = tiers.count("damaged_backups")
GZIP_HEADER = 10
KINDS = pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["open", "sealed"])


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    rng = random.Random(7)
    return {
        "anaquel.db": rng.randbytes(200_000) + bytes(100_000),
        "config.toml": b'[shop]\nstore = "s042"\n',
        "pictures/ab/ab-480.webp": rng.randbytes(5_000),
        "templates/ofertas/ñandú.toml": b"x" * 512,
        "templates/ofertas/empty": b"",
    }


@pytest.fixture(scope="module")
def folder(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def said(files: dict[str, bytes]) -> Manifest:
    return archives.manifest(files)


@pytest.fixture(scope="module")
def both(
    folder: Path, said: Manifest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str | None, bytes]:
    path = tmp_path_factory.mktemp("archives") / "one"
    found: dict[str | None, bytes] = {}
    for passphrase in (None, PASSPHRASE):
        archives.write(path, folder, said, passphrase)
        found[passphrase] = path.read_bytes()
    return found


@KINDS
def test_what_was_put_in_comes_out(
    both: dict[str | None, bytes],
    files: dict[str, bytes],
    said: Manifest,
    tmp_path: Path,
    passphrase: str | None,
) -> None:
    path, out = tmp_path / "backup", tmp_path / "out"
    path.write_bytes(both[passphrase])
    out.mkdir()

    assert backup_archive.read_manifest(path, passphrase) == said
    assert backup_archive.verify(path, passphrase, go_on) == said
    assert backup_archive.extract(path, passphrase, out, go_on) == said
    assert {name: (out / name).read_bytes() for name in files} == files
    assert {one.stat().st_mode & 0o077 for one in (out / name for name in files)} == {0}


def test_without_a_passphrase_any_tar_unpacks_it(
    both: dict[str | None, bytes], files: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "backup.tar.gz").write_bytes(both[None])
    subprocess.run(["tar", "xzf", "backup.tar.gz"], cwd=tmp_path, check=True)

    assert {name: (tmp_path / name).read_bytes() for name in files} == files


def test_what_is_sealed_can_be_opened_as_the_document_says(
    both: dict[str | None, bytes], files: dict[str, bytes], tmp_path: Path
) -> None:
    """With the program that docs/backup.md prints, and nothing of Anaquel."""
    page = (Path(__file__).parents[3] / "docs" / "backup.md").read_text(encoding="utf-8")
    program = page.split("```python\n", 1)[1].split("```", 1)[0]
    (tmp_path / "backup.sealed").write_bytes(both[PASSPHRASE])
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    (tmp_path / "unseal.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "unseal.py", "backup.sealed", "passphrase", "out.tar.gz"]
    subprocess.run(command, cwd=tmp_path, check=True)
    subprocess.run(["tar", "xzf", "out.tar.gz"], cwd=tmp_path, check=True)

    assert (tmp_path / "anaquel.db").read_bytes() == files["anaquel.db"]


def test_two_of_the_same_have_nothing_in_common(
    folder: Path, said: Manifest, both: dict[str | None, bytes], tmp_path: Path
) -> None:
    archives.write(tmp_path / "again", folder, said, PASSPHRASE)
    again, first = (tmp_path / "again").read_bytes(), both[PASSPHRASE]

    assert len(again) == len(first)
    assert again[400:432] not in first
    assert b"anaquel.db" not in first


@KINDS
@given(data=st.data())
@settings(max_examples=DAMAGES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_is_noticed_or_changes_nothing(
    both: dict[str | None, bytes],
    said: Manifest,
    tmp_path: Path,
    passphrase: str | None,
    data: st.DataObject,
) -> None:
    whole = bytearray(both[passphrase])
    place = data.draw(st.integers(0, len(whole) - 1) | st.integers(0, 700))
    whole[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "damaged"
    path.write_bytes(whole)

    if passphrase is None and place < GZIP_HEADER and _is_good(path, said):
        return  # gzip's header has bytes that mean nothing; of what is sealed every byte counts
    with pytest.raises(DamagedError, match=re.escape(str(path))):
        backup_archive.verify(path, passphrase, go_on)


def _is_good(path: Path, said: Manifest) -> bool:
    try:
        return backup_archive.verify(path, None, go_on) == said
    except DamagedError:
        return False


@KINDS
@given(data=st.data())
@settings(max_examples=DAMAGES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_cut_off_or_goes_on_is_damaged(
    both: dict[str | None, bytes], tmp_path: Path, passphrase: str | None, data: st.DataObject
) -> None:
    whole = both[passphrase]
    path = tmp_path / "damaged"
    cut = data.draw(st.integers(0, len(whole) - 1) | st.sampled_from([0, 1, 16, 17, 18, 400]))
    path.write_bytes(whole[:cut])
    with pytest.raises(DamagedError):
        backup_archive.verify(path, passphrase, go_on)
    path.write_bytes(whole + b"x" + data.draw(st.binary(max_size=70_000)))
    with pytest.raises(DamagedError):
        backup_archive.verify(path, passphrase, go_on)


def test_pieces_that_changed_places_are_damaged(
    both: dict[str | None, bytes], tmp_path: Path
) -> None:
    whole, piece = both[PASSPHRASE], 65_536 + 16
    start = whole.index(b"}", 16) + 1 + 64
    first, second = whole[start : start + piece], whole[start + piece : start + 2 * piece]
    (tmp_path / "one").write_bytes(whole[:start] + second + first + whole[start + 2 * piece :])

    with pytest.raises(DamagedError, match="piece 1"):
        backup_archive.verify(tmp_path / "one", PASSPHRASE, go_on)


def test_a_file_that_ends_between_two_pieces_is_cut_off(
    both: dict[str | None, bytes], tmp_path: Path
) -> None:
    whole = both[PASSPHRASE]
    start = whole.index(b"}", 16) + 1 + 64
    (tmp_path / "one").write_bytes(whole[: start + 2 * (65_536 + 16)])

    with pytest.raises(DamagedError, match="cut off in its piece 2"):
        backup_archive.verify(tmp_path / "one", PASSPHRASE, go_on)


def test_a_wrong_passphrase_is_told_from_damage(
    both: dict[str | None, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "backup"
    path.write_bytes(both[PASSPHRASE])

    with pytest.raises(PassphraseError, match="not the passphrase"):
        backup_archive.verify(path, f"{PASSPHRASE}.", go_on)
    with pytest.raises(PassphraseError, match="is encrypted; name"):
        backup_archive.verify(path, None, go_on)
    path.write_bytes(both[None])
    backup_archive.verify(path, PASSPHRASE, go_on)


def test_a_header_that_asks_for_too_much_memory_gets_none(
    both: dict[str | None, bytes], tmp_path: Path
) -> None:
    whole = both[PASSPHRASE]
    end = whole.index(b"}") + 1
    asks = whole[18:end].replace(b"65536,", b"9999999,", 1)
    head = whole[:16] + len(asks).to_bytes(2, "big") + asks + bytes(32)
    (tmp_path / "one").write_bytes(head + hashlib.sha256(head).digest() + whole[end + 64 :])

    with pytest.raises(BackupError, match="does not know"):
        backup_archive.verify(tmp_path / "one", PASSPHRASE, go_on)


def listing(*names: str, **other: object) -> bytes:
    members = [{"name": name, "bytes": 1, "sha256": "0" * 64} for name in ("anaquel.db", *names)]
    said = json.loads(archives.manifest({"anaquel.db": b"x"}).model_dump_json())
    return json.dumps(said | {"members": members} | other).encode()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "templates/../../etc/passwd",
        "templates//etc",
        "templates/..",
        "templates/a\\..\\b",
        "templates/a\u0000b",
        "templates/",
        "pictures",
        "gateway.lock",
        "restored/anaquel.db",
        ".ssh/authorized_keys",
        "templates/" + "a/" * 20 + "b",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_before_anything_is_written(
    tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    path = archives.made_up(
        tmp_path / "bad", [entry("manifest.json", listing(name)), entry("anaquel.db", b"x")]
    )

    with pytest.raises(DamagedError, match="manifest cannot be used"):
        backup_archive.extract(path, None, out, go_on)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.XHDTYPE]
)
def test_what_is_no_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    header, data = entry("anaquel.db", b"", kind)
    header.linkname = "/etc/passwd"
    said = archives.manifest({"anaquel.db": b""}).model_dump_json().encode()
    path = archives.made_up(tmp_path / "bad", [entry("manifest.json", said), (header, data)])
    out = tmp_path / "out"
    out.mkdir()

    with pytest.raises(DamagedError):
        backup_archive.extract(path, None, out, go_on)
    assert list(out.iterdir()) == []


def test_other_files_than_those_listed_are_refused(tmp_path: Path) -> None:
    said = archives.manifest({"anaquel.db": b"x"}).model_dump_json().encode()
    first = entry("manifest.json", said)
    for others in (
        [entry("config.toml", b"x")],
        [entry("anaquel.db", b"xy")],
        [entry("anaquel.db", b"y")],
        [entry("anaquel.db", b"x"), entry("config.toml", b"x")],
        [],
    ):
        path = archives.made_up(tmp_path / "bad", [first, *others])
        with pytest.raises(DamagedError):
            backup_archive.verify(path, None, go_on)


def test_a_form_of_later_years_is_told_as_such(tmp_path: Path) -> None:
    path = archives.made_up(tmp_path / "later", [entry("manifest.json", listing(format=2))])

    with pytest.raises(NewerError, match="newer Anaquel"):
        backup_archive.read_manifest(path, None)


def test_a_bomb_is_refused_for_what_it_says_and_stopped_where_it_lies(tmp_path: Path) -> None:
    zeros = bytes(2**20)
    honest = json.loads(archives.manifest({"anaquel.db": b"x"}).model_dump_json())
    honest["members"][0]["bytes"] = 2**45
    small = archives.manifest({"anaquel.db": zeros[:1_000]}).model_dump_json().encode()
    for said in (json.dumps(honest).encode(), small):
        path = tmp_path / "bomb"
        with gzip.open(path, "wb") as file:
            header, _ = entry("manifest.json", said)
            file.write(header.tobuf(tarfile.USTAR_FORMAT))
            file.write(said + bytes(-len(said) % 512))
            bomb = tarfile.TarInfo("anaquel.db")
            bomb.size = 2**45
            file.write(bomb.tobuf(tarfile.GNU_FORMAT))
            for _ in range(64):
                file.write(zeros)
        out = tmp_path / "out"
        with pytest.raises(BackupError, match=r"must be free|not those it lists"):
            backup_restore.verify(path, out, go_on, passphrase=None)
        assert list(out.rglob("*")) == []


def test_a_manifest_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    with gzip.open(path, "wb") as file:
        header = tarfile.TarInfo("manifest.json")
        header.size = 2**40
        file.write(header.tobuf(tarfile.GNU_FORMAT))

    with pytest.raises(DamagedError, match="does not begin with its manifest"):
        backup_archive.read_manifest(path, None)


@pytest.mark.parametrize("text", ["", "   \nlong enough below", "too short"])
def test_a_passphrase_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "p").write_text(text, encoding="utf-8")

    with pytest.raises(PassphraseError, match="12 to 1024 characters"):
        backup_sealing.read_passphrase(tmp_path / "p")


def test_names_say_whose_and_when(said: Manifest) -> None:
    name = BackupName(store="s042", gateway="gw-1", taken_at=said.taken_at, sealed=True)

    assert name.text == "anaquel~s042~gw-1~20261126T090000Z.sealed"
    assert read_name(name.text) == name
    for other in (f"{name.text}.part", f"x{name.text}", name.text.replace("1126", "1399"), "a.tar"):
        assert read_name(other) is None
