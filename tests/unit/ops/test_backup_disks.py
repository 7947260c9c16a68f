"""Which disk a folder is on, read from files as Linux writes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.ops.backup_disks import MARKER, VOLUME, System
from tests.support import project


class Machine:
    """A machine of files, as Linux and udev write them."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.lines: list[str] = []
        self.system = System(
            mountinfo=folder / "mountinfo",
            blocks=folder / "sys" / "dev" / "block",
            udev=folder / "udev",
        )
        self.system.blocks.mkdir(parents=True)
        self.system.udev.mkdir()

    def disk(self, device: str, name: str, part: str = "") -> None:
        """``device`` (its numbers) is the disk ``name``, or its partition ``part``."""
        place = self.root / "sys" / "devices" / "block" / name / part
        place.mkdir(parents=True, exist_ok=True)
        if part:
            (place / "partition").write_text("1\n")
        (self.system.blocks / device).symlink_to(place)

    def on_top(self, device: str, name: str, *beneath: str) -> None:
        """``device`` is a volume that lies on partitions (LUKS, LVM)."""
        self.disk(device, name)
        slaves = self.root / "sys" / "devices" / "block" / name / "slaves"
        slaves.mkdir()
        for one in beneath:
            target = next((self.root / "sys" / "devices" / "block").rglob(one))
            (slaves / one).symlink_to(target)

    def mount(self, point: Path, kind: str, device: str) -> Path:
        """Mount; a folder of that name is made where it can be."""
        if point.is_relative_to(self.root):
            point.mkdir(parents=True, exist_ok=True)
        text = str(point).replace(" ", "\\040")
        line = f"{len(self.lines)} 1 {device} / {text} rw,relatime shared:1 - {kind} it rw"
        self.lines.append(line)
        self.system.mountinfo.write_text("\n".join(self.lines) + "\n")
        return point


SYSTEM, STICK, OTHER = "179:2", "8:1", "8:17"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    one = Machine(tmp_path)
    one.disk(SYSTEM, "mmcblk0", "mmcblk0p2")
    one.disk(STICK, "sda", "sda1")
    one.mount(Path("/"), "ext4", SYSTEM)
    return one


def test_a_stick_is_found_by_its_folder_and_is_away_from_the_box(machine: Machine) -> None:
    stick = machine.mount(machine.root / "media" / "ana" / "MI USB", "vfat", STICK)
    roots = [str(machine.root / "media")]
    assert list(machine.system.marked(roots)) == []

    (stick / MARKER).mkdir()
    assert list(machine.system.marked(roots)) == [stick / MARKER]
    assert machine.system.why_not_off_box(stick / MARKER, machine.root) is None


def test_a_stick_is_found_by_its_name(machine: Machine) -> None:
    stick = machine.mount(machine.root / "media" / "usb", "vfat", STICK)
    said = f"S:disk/by-label/{VOLUME}\nE:ID_FS_TYPE=vfat\nE:ID_FS_LABEL={VOLUME}\n"
    (machine.system.udev / f"b{STICK}").write_text(said)

    assert list(machine.system.marked([str(machine.root / "media")])) == [stick / MARKER]


def test_a_folder_that_only_looks_mounted_is_on_the_disk_of_the_system(machine: Machine) -> None:
    folder = machine.root / "media" / "usb" / MARKER
    folder.mkdir(parents=True)

    assert list(machine.system.marked([str(machine.root / "media")])) == []
    assert machine.system.why_not_off_box(folder, machine.root) == "it is on the disk of /"


def test_another_partition_of_the_system_s_disk_is_no_other_disk(machine: Machine) -> None:
    machine.disk(OTHER, "mmcblk0", "mmcblk0p3")
    spare = machine.mount(machine.root / "mnt" / "spare", "ext4", OTHER)

    assert machine.system.why_not_off_box(spare, machine.root) == "it is on the disk of /"


def test_a_volume_on_the_system_s_disk_is_no_other_disk(machine: Machine) -> None:
    machine.on_top(OTHER, "dm-0", "mmcblk0p2", "sda1")
    spare = machine.mount(machine.root / "mnt" / "spare", "ext4", OTHER)

    assert machine.system.why_not_off_box(spare, machine.root) == "it is on the disk of /"


def test_the_disk_of_the_data_is_no_place_either(machine: Machine) -> None:
    stick = machine.mount(machine.root / "media" / "usb", "ext4", STICK)
    data = stick / "anaquel"

    assert machine.system.why_not_off_box(stick, data) == f"it is on the disk of {data}"


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("nfs4", None),
        ("cifs", None),
        ("tmpfs", "it is on no disk (tmpfs)"),
        ("overlay", "it is on no disk (overlay)"),
    ],
)
def test_shares_count_and_memory_does_not(machine: Machine, kind: str, why: str | None) -> None:
    place = machine.mount(machine.root / "mnt" / "nas", kind, "0:47")

    assert machine.system.why_not_off_box(place, machine.root) == why


def test_of_two_at_one_point_the_last_one_counts(machine: Machine) -> None:
    stick = machine.mount(machine.root / "media" / "usb", "vfat", STICK)
    machine.mount(stick, "tmpfs", "0:48")

    assert machine.system.why_not_off_box(stick, machine.root) == "it is on no disk (tmpfs)"


def test_a_machine_that_tells_nothing_counts_as_no_place(tmp_path: Path) -> None:
    silent = System(mountinfo=tmp_path / "none", blocks=tmp_path, udev=tmp_path)

    assert silent.why_not_off_box(tmp_path, tmp_path) == "nobody knows which disk it is on"
    assert list(silent.marked(["/"])) == []


MOUNTS = """
import sys
from pathlib import Path
from gateway.ops.backup_disks import MARKER, System
root = Path(sys.argv[1])
(folder,) = System().marked([str(root)])
print(folder.relative_to(root), System().why_not_off_box(folder, root / "data"), sep="|")
"""


def test_the_running_system_tells_what_is_mounted(tmp_path: Path) -> None:
    """A real mount, in a namespace of its own, with a space in its name."""
    script = (
        f"mkdir 'a b' && mount -t tmpfs memory 'a b' && mkdir 'a b/{MARKER}' && "
        f"PYTHONPATH={project.ROOT} {sys.executable} -c '{MOUNTS}' {tmp_path}"
    )
    said = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == f"a b/{MARKER}|it is on no disk (tmpfs)\n"
