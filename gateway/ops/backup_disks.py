"""Which disk a folder is on: a copy beside the data dies with it.

Read from ``/proc/self/mountinfo`` (proc(5)), ``/sys/dev/block`` (the kernel's
Documentation/ABI/testing/sysfs-block) and udev's records, never from ``/dev``: the service sees no
devices (``PrivateDevices=``). All functions block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MARKER: Final = "anaquel-backups"
"""The folder at the top of a stick or share that makes it a place for backups."""
VOLUME: Final = "ANAQUEL"
"""A stick of this name is one too; the folder is made on it."""
_OVER_THE_NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuse.rclone", "fuse.davfs", "ceph", "9p"}
)
_DEEPEST: Final = 3
_NAMED: Final = "E:ID_FS_LABEL="
_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """Something mounted: where, as which kind of file system, on which device (``8:1``)."""

    point: Path
    kind: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Where the system tells of its disks; tests have one of their own."""

    mountinfo: Path = Path("/proc/self/mountinfo")
    blocks: Path = Path("/sys/dev/block")
    udev: Path = Path("/run/udev/data")

    def mounts(self) -> tuple[Mount, ...]:
        """Everything that is mounted, in the order in which it was."""
        try:
            lines = self.mountinfo.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return ()
        return tuple(one for line in lines.splitlines() if (one := _mount(line)) is not None)

    def mount_of(self, path: Path) -> Mount | None:
        """What the path is on: of several at one point the last one is in use."""
        there = next(one for one in (path.resolve(), *path.resolve().parents) if one.exists())
        among = [one for one in self.mounts() if there.is_relative_to(one.point)]
        deepest = max((len(one.point.parts) for one in among), default=0)
        return next((one for one in reversed(among) if len(one.point.parts) == deepest), None)

    def disks(self, mount: Mount) -> frozenset[str]:
        """The whole disks under it by their names (``sda``); none for what is no disk."""
        block = self.blocks / mount.device
        return frozenset(_whole(block.resolve())) if block.exists() else frozenset()

    def why_not_off_box(self, path: Path, data: Path) -> str | None:
        """Why a copy at ``path`` would be lost with this box; None when it would not."""
        mount = self.mount_of(path)
        if mount is None:
            return "nobody knows which disk it is on"
        if mount.kind in _OVER_THE_NETWORK:
            return None
        disks = self.disks(mount)
        if not disks:
            return f"it is on no disk ({mount.kind})"
        for own in (Path("/"), data):
            beneath = self.mount_of(own)
            if beneath is not None and (beneath == mount or disks & self.disks(beneath)):
                return f"it is on the disk of {own}"
        return None

    def marked(self, roots: Iterable[str]) -> Iterator[Path]:
        """The folder for backups of each stick and share below ``roots`` that has one."""
        below = tuple(Path(root).resolve() for root in roots)
        for mount in self.mounts():
            if not any(_is_near(mount.point, root) for root in below):
                continue
            folder = mount.point / MARKER
            if _is_folder(folder) or self._label(mount) == VOLUME:
                yield folder

    def _label(self, mount: Mount) -> str:
        """The name of the volume, as udev read it; "" where nobody knows."""
        try:
            lines = (self.udev / f"b{mount.device}").read_text("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return next((line[len(_NAMED) :] for line in lines if line.startswith(_NAMED)), "")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # a stick of somebody else's, or one that was just pulled out


def _is_near(point: Path, root: Path) -> bool:
    return point.is_relative_to(root) and len(point.relative_to(root).parts) <= _DEEPEST


def _mount(line: str) -> Mount | None:
    """One line: number, parent, device, root, point, ... up to a lone dash, then the kind."""
    before, found, after = line.partition(" - ")
    fields, rest = before.split(" "), after.split(" ")
    if not found or len(fields) < 5:
        return None
    return Mount(point=Path(_plain(fields[4])), kind=rest[0], device=fields[2])


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), text)


def _whole(block: Path) -> Iterator[str]:
    """The disks under a partition, an encrypted or a joined volume."""
    beneath = block / "slaves"
    slaves = sorted(beneath.iterdir()) if beneath.is_dir() else []
    if slaves:
        for slave in slaves:
            yield from _whole(slave.resolve())
    elif (block / "partition").exists():
        yield block.parent.name
    else:
        yield block.name
