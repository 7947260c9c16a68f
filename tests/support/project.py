"""The project's own files, for tests that hold documents and code together."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("gateway", "device_drivers", "tests", "benchmarks")
_LEFT_OUT = {".git", ".venv", "var", "build", "dist", "differences", "__pycache__"}


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project, tracked or about to be; without git, every file that is here."""
    found = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if found.returncode == 0 and found.stdout:
        names = found.stdout.decode().split("\0")
        paths = [ROOT / name for name in names if name]
    else:
        paths = list(ROOT.rglob("*"))
    return tuple(
        sorted(
            path
            for path in paths
            if path.is_file()
            and not any(
                part in _LEFT_OUT or part.endswith("_cache")
                for part in path.relative_to(ROOT).parts
            )
        )
    )


def modules(*folders: str) -> list[Path]:
    """The Python files below these folders of the project."""
    return [
        path
        for path in files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders
    ]


def table_row(page: str, first_cell: str) -> str:
    """The line of a table in Markdown that begins with this cell, set as code."""
    found = re.search(rf"^\| `{re.escape(first_cell)}` ?.*$", page, re.MULTILINE)
    assert found is not None, first_cell
    return found[0]


def named(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str | None:
    """The file's text, or None for pictures, fonts and the like."""
    try:
        found = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in found else found


def function_lengths(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a module with its lines, the docstring not counted."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            last = node.end_lineno or node.lineno
            first = node.body[0]
            is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            told = (first.end_lineno or first.lineno) - first.lineno + 1 if is_docstring else 0
            yield f"{named(path)}:{node.lineno} {node.name}", last - node.lineno + 1 - told
