from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from gateway.web.compiled import CompiledTemplates


def read(folder: Path, templates: dict[str, str]) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.DictLoader(templates),
        autoescape=True,
        bytecode_cache=CompiledTemplates(folder),
    )


def said(environment: jinja2.Environment) -> str:
    return environment.get_template("page").render(name="Ana")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "compiled"
    assert said(read(folder, {"page": "Hola {{ name }}"})) == "Hola Ana"
    return folder


def test_what_was_compiled_is_not_compiled_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise AssertionError("compiled again")

    again = read(folder, {"page": "Hola {{ name }}"})
    monkeypatch.setattr(again, "_generate", refuse)
    assert said(again) == "Hola Ana"


def test_a_changed_template_is_compiled_anew_in_the_same_file(folder: Path) -> None:
    assert said(read(folder, {"page": "Adiós {{ name }}"})) == "Adiós Ana"
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("spoiled", [b"", b"\0" * 4096, None])
def test_a_spoiled_file_is_not_run(folder: Path, spoiled: bytes | None) -> None:
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-9] + b"123456789" if spoiled is None else spoiled)
    assert said(read(folder, {"page": "Hola {{ name }}"})) == "Hola Ana"
    assert file.read_bytes() == whole


def test_where_nothing_can_be_kept_pages_are_made_all_the_same(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_bytes(b"")
    assert said(read(taken / "compiled", {"page": "Hola {{ name }}"})) == "Hola Ana"


def test_nobody_else_may_read_the_folder(folder: Path) -> None:
    assert folder.stat().st_mode & 0o077 == 0
