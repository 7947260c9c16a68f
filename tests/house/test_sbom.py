"""The list of components names all that is installed, as it is pinned."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.support import project

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


def test_the_list_of_components_is_the_lock(tmp_path: Path) -> None:
    made = tmp_path / "anaquel.cdx.json"
    subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements"),
            *("requirements.lock", "--pyproject", "pyproject.toml", "--of", "JSON"),
            *("--output-reproducible", "-o", str(made)),
        ],
        cwd=project.ROOT,
        check=True,
        capture_output=True,
    )
    told = json.loads(made.read_text())
    lock = (project.ROOT / "requirements.lock").read_text()
    components = {(one["name"], one["version"]) for one in told["components"]}
    assert told["bomFormat"] == "CycloneDX"
    assert told["metadata"]["component"]["name"] == "anaquel"
    assert components == set(PINNED.findall(lock))
    assert all(one["purl"].startswith("pkg:pypi/") for one in told["components"])
