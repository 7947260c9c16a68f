"""docs/architecture.md lists the house as it stands, and each room says what it is for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.support import project

PAGE = (project.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
IN_DETAIL = ("gateway", "device_drivers")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")


def listed() -> set[str]:
    block = PAGE.split("```text\n", 1)[1].split("```", 1)[0]
    found: set[str] = set()
    room = ""
    for line in block.splitlines():
        name = line.split()[0]
        room = room if line.startswith("  ") else name
        found.add(room + name if line.startswith("  ") else name)
    return found


def real() -> set[str]:
    found: set[str] = set()
    for path in project.files():
        first, *rest = path.relative_to(project.ROOT).parts
        if not rest or first.startswith("."):
            continue
        found.add(f"{first}/")
        if first in IN_DETAIL and rest[0] != "__init__.py":
            found.add(f"{first}/{rest[0]}{'/' if len(rest) > 1 else ''}")
    return found


def test_the_page_lists_the_house_as_it_stands() -> None:
    assert listed() == real()


def test_every_test_of_a_unit_stands_where_the_unit_does() -> None:
    rooms = {f"gateway/{path.name}" for path in (project.ROOT / "gateway").iterdir()}
    mirrored = {
        path.relative_to(project.ROOT / "tests" / "unit").parts[0]
        for path in project.modules("tests")
        if path.is_relative_to(project.ROOT / "tests" / "unit")
        and len(path.relative_to(project.ROOT / "tests" / "unit").parts) > 1
    }

    assert {f"gateway/{name}" for name in mirrored - {"device_drivers", "benchmarks"}} <= rooms


def test_every_module_of_the_product_says_what_it_is() -> None:
    silent = [
        project.named(path)
        for path in project.modules(*IN_DETAIL)
        if path.name != "__init__.py" and ast.get_docstring(ast.parse(path.read_bytes())) is None
    ]

    assert not silent


def test_links_between_documents_lead_somewhere() -> None:
    lost = [
        f"{project.named(page)}: {target}"
        for page in project.files()
        if page.suffix == ".md"
        for target, _ in LINK.findall(page.read_text(encoding="utf-8"))
        if not target.startswith(("http:", "https:")) and not (page.parent / target).exists()
    ]

    assert not lost


def test_anchors_in_documents_are_headings() -> None:
    lost = [
        f"{project.named(page)}: {target}{anchor}"
        for page in project.files()
        if page.suffix == ".md"
        for target, anchor in LINK.findall(page.read_text(encoding="utf-8"))
        if anchor
        and not target.startswith("http")
        and anchor[1:] not in anchors(page.parent / target)
    ]

    assert not lost


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
