"""The Debian package in a clean root of its release: installed, started, upgraded, removed, purged.

No systemd runs in the root; broker and gateway are started as the units start them, in network and
process namespaces of their own, and the units are judged by that root's systemd-analyze.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import project

pytestmark = pytest.mark.timeout(1_200)
HERE = Path(__file__).parent
RELEASES = [
    line.split()[0]
    for line in (project.ROOT / "systemd/deb/releases").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
NEEDS = "python3,systemd,init-system-helpers,mosquitto,mosquitto-clients,openssl,ca-certificates"
AROUND = "iproute2,procps,cloud-init"
PATIENCE_S = 900.0
INSIDE = """cd "$1"
mount -t proc proc proc
mkdir -p dev/pts
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -sf pts/ptmx dev/ptmx
exec chroot . sh /tmp/script.sh"""
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
IN_ITS_OWN = ("unshare", "--net", "--pid", "--fork", "--kill-child", "--mount", "--uts")


def said(*command: str, **settings: object) -> str:
    """What a command prints; its error output is the failure's text."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        **settings,  # type: ignore[call-overload] # passed on
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-3_000:]}{done.stderr[-3_000:]}"
    out: str = done.stdout
    return out


@dataclass(frozen=True, kw_only=True)
class Root:
    """A clean root of a release, with the package that was made for it beside."""

    folder: Path
    package: Path

    def run(self, script: str) -> str:
        """Run a shell script inside, on its own network, and return what it printed."""
        (self.folder / "tmp/script.sh").write_text(script, encoding="utf-8")
        return said(*IN_ITS_OWN, "sh", "-ec", INSIDE, "sh", str(self.folder), env=ENVIRONMENT)

    def with_package(self, package: Path) -> str:
        """Bring a package in; its path inside."""
        shutil.copy(package, self.folder / "tmp" / package.name)
        return f"/tmp/{package.name}"  # noqa: S108 - of the root, which is ours


@pytest.fixture(scope="module", params=RELEASES)
def root(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Root]:
    release: str = request.param
    assert os.geteuid() == 0, "make prove PART=package needs root: it makes a root of a release"
    made = tmp_path_factory.mktemp(release)
    said("make", "deb", f"RELEASE={release}", f"PYTHON={sys.executable}", cwd=project.ROOT)
    mirror = said(
        *("apt-get", "indextargets", "--format", "$(REPO_URI)"),
        *("Created-By: Packages", "Origin: Debian", "Label: Debian"),
    ).split()[:1]
    number = next(
        line.split()[1]
        for line in (project.ROOT / "systemd/deb/releases").read_text(encoding="utf-8").splitlines()
        if line.startswith(f"{release} ")
    )
    folder = made / "root"
    include = f"--include={NEEDS},{AROUND}"
    said("mmdebstrap", "--quiet", "--variant=apt", include, release, str(folder), *mirror)
    (package,) = (project.ROOT / "dist").glob(f"anaquel_*+deb{number}_*.deb")
    try:
        yield Root(folder=folder, package=package)
    finally:
        shutil.rmtree(folder)


START = (HERE / "start.sh").read_text(encoding="utf-8")


def test_a_shop_is_installed_started_upgraded_removed_and_purged(root: Root) -> None:
    inside = root.with_package(root.package)

    out = root.run(f"set -e\ndpkg -i {inside}\n")
    assert "the first account is made in a browser" in out
    assert _modes(root) == {
        "/etc/anaquel/config.toml": "640 root anaquel",
        "/etc/anaquel/shop.password": "640 root anaquel",
        "/etc/mosquitto/anaquel.passwd": "600 mosquitto mosquitto",
        "/etc/mosquitto/certs/anaquel.key": "600 mosquitto mosquitto",
        "/var/lib/anaquel": "700 anaquel anaquel",
    }
    units = "anaquel.service anaquel-screen.path anaquel-screen.service mosquitto.service"
    assert root.run(f"systemd-analyze verify --man=no {units} 2>&1") == ""
    assert root.run("find /opt/anaquel ! -user root -o -perm -o=w ! -type l") == ""

    out = root.run(START + (HERE / "broker.sh").read_text(encoding="utf-8"))
    address, shown = (
        line.partition(": ")[2] for line in out.splitlines() if line.startswith("set-up ")
    )
    assert address.startswith("http")
    assert shown == address, "the screen says the same"
    assert [line for line in out.splitlines() if line.startswith("broker ")] == [
        "broker nobody: Connection error: Connection Refused: not authorised.",
        "broker shelf-1 over TLS: let in",
        "broker gateway hears shelf-1: hello",
        "broker shelf-1 on shelf-2: nothing came",
    ]

    shutil.copy(project.ROOT / "systemd/cloud-init.yaml", root.folder / "tmp")
    assert "Valid" in root.run("cloud-init schema --config-file /tmp/cloud-init.yaml 2>&1")

    settings = (root.folder / "etc/anaquel/config.toml").read_bytes()
    password = (root.folder / "etc/anaquel/shop.password").read_bytes()
    newer = root.with_package(_newer(root))
    out = root.run(f"set -e\ndpkg -i {newer}\ndpkg-query -W -f '${{Version}}\\n' anaquel\n")
    assert out.splitlines()[-1].startswith("99.0-1+deb")
    assert (root.folder / "etc/anaquel/config.toml").read_bytes() == settings
    assert (root.folder / "etc/anaquel/shop.password").read_bytes() == password
    assert len(list((root.folder / "var/lib/anaquel/backups").glob("*.tar.gz"))) == 1
    root.run(START + "shop device remove till-1\n")  # it is still known

    # An installed version that cannot make its backup stays, and says why.
    other = root.with_package(_newer(root, "99.1"))
    out = root.run(
        "cd /etc/anaquel && echo 'nonsense = 1' >>config.toml\n"
        f"dpkg -i {other} 2>&1 && echo upgraded\n"
        "sed -i '$d' config.toml\ndpkg-query -W -f '${Version}\\n' anaquel\n"
    )
    assert "there is no backup from before this upgrade" in out
    assert "upgraded" not in out
    assert out.splitlines()[-1].startswith("99.0-1+deb")

    out = root.run("set -e\ndpkg -r anaquel\nls /etc/anaquel /var/lib/anaquel/anaquel.db")
    assert {"config.toml", "shop.password", "/var/lib/anaquel/anaquel.db"} <= set(out.split())
    assert not (root.folder / "opt/anaquel").exists()

    root.run("set -e\ndpkg -P anaquel\n")
    left = root.run("find / -xdev -name '*anaquel*' ! -path '/tmp/*' ! -path '/proc/*'")
    assert left.split() == []


def _modes(root: Root) -> dict[str, str]:
    paths = (
        "/etc/anaquel/config.toml /etc/anaquel/shop.password /etc/mosquitto/anaquel.passwd "
        "/etc/mosquitto/certs/anaquel.key /var/lib/anaquel"
    )
    lines = root.run(f"stat -c '%n %a %U %G' {paths}").splitlines()
    return {name: rest for name, _, rest in (line.partition(" ") for line in lines)}


def _newer(root: Root, version: str = "99.0") -> Path:
    """The same package under a higher number: what a newer one does to a shop that is there."""
    tree = root.folder.parent / "newer"
    shutil.rmtree(tree, ignore_errors=True)
    said("dpkg-deb", "-R", str(root.package), str(tree))
    control = tree / "DEBIAN/control"
    text = control.read_text(encoding="utf-8")
    was = next(line for line in text.splitlines() if line.startswith("Version: "))
    release = was.partition("+")[2]
    control.write_text(text.replace(was, f"Version: {version}-1+{release}"), encoding="utf-8")
    made = root.folder.parent / f"anaquel_{version}.deb"
    said("dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(made))
    shutil.rmtree(tree)
    return made
