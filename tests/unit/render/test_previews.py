from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from device_drivers.api.known_panels import PANELS
from gateway import cli
from gateway.domain.labels import LabelFacts
from gateway.render import checking, previews, rendering
from gateway.render.elements import Conditions
from gateway.render.rules.packs import PACKS
from gateway.render.template import Template
from tests.support.drawing import FACTS, page

TEMPLATE = """
title = { es = "Mía", en = "Mine" }

[serves]
min_width = 900

[[view]]
root = "page"

[elements.page]
kind = "column"
padding = "4%"
children = ["name", "price"]

[elements.name]
kind = "text"
value = "{title}"
size = "12%"

[elements.price]
kind = "price"
size = "40%"
"""
SAMPLE = """
[facts]
code = "7K3Q9M"
link = "HTTPS://Q.EXAMPLE.COM/L/7K3Q9M"
language = "es"
title = "Jabón"
currency = "MXN"
price = "25.00"

[sample.one]
state = "regular"

[sample.other]
state = "sale"
price = "20.00"
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.commands, ["template", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = tmp_path / "templates" / "mine"
    own.mkdir(parents=True)
    (own / "template.toml").write_text(TEMPLATE, encoding="utf-8")
    (own / "sample.toml").write_text(SAMPLE, encoding="utf-8")
    return own.parent


def test_shown_panels_stand_for_all() -> None:
    shown = [PANELS[name] for name in previews.SHOWN]
    pixels = {panel.width * panel.height for panel in shown}
    assert min(pixels) == min(
        one.width * one.height for one in PANELS.values() if one.height >= 104
    )
    assert {len(panel.inks) for panel in shown} == {2, 3, 4}


def test_a_template_is_looked_at_on_the_panels_it_serves_hung_either_way() -> None:
    everywhere = page({"kind": "text", "value": "{title}", "size": "12px"})
    all_ = list(checking.panels(everywhere))
    squares = sum(panel.orientation == "square" for panel in PANELS.values())
    assert len(all_) == 2 * len(PANELS) - squares
    tall = everywhere.model_copy(update={"serves": Conditions(max_aspect=0.5, min_height=400)})
    assert {panel.name for panel in checking.panels(tall)} == {
        panel.turned().name
        for panel in PANELS.values()
        if panel.width >= 400 and panel.height / panel.width <= 0.5
    }


def test_a_sheet_holds_every_frame_in_true_colours(
    bundled: Mapping[str, Template], bundled_samples: Mapping[str, Mapping[str, LabelFacts]]
) -> None:
    sale = bundled_samples["article"]["sale"]
    panels = [PANELS[name] for name in ("2.9-296x128-bwr", "7.5-800x480-bwry", "4.2-400x300-bwy")]
    frames = [rendering.render(bundled["article"], one, sale, "MX") for one in panels]
    whole = Image.open(io.BytesIO(previews.sheet(frames))).convert("RGB")
    assert whole.width <= 1400
    colours = {colour for _, colour in whole.getcolors(1_000_000) or ()}
    assert len(colours) == 5, "bezel, white, black, red and yellow"
    area = sum(one.width * one.height * (4 if one.width <= 320 else 1) for one in frames)
    bezel = whole.getpixel((0, 0))
    plain = sum(count for count, colour in whole.getcolors(1_000_000) or () if colour != bezel)
    assert plain == area, "nothing is covered and nothing cut off"


def test_a_check_tells_where_the_name_has_no_room(
    bundled_samples: Mapping[str, Mapping[str, LabelFacts]],
) -> None:
    low = page(
        {"kind": "text", "value": "{title}", "size": "12px"},
        {"kind": "qr", "size": "104px", "module": "0.6mm", "rank": 1},
    )
    facts = dataclasses.replace(FACTS, tag=bundled_samples["article"]["regular"].tag)
    on = [PANELS["2.13-212x104-bw"]]
    (found,) = checking.check(low, {"one": facts}, None, "MX", None, on)
    assert found.what == "element 'e0': there is no room for a letter of the name"


def test_a_sheet_of_nothing_is_a_picture() -> None:
    assert Image.open(io.BytesIO(previews.sheet([]))).size == (12, 24)


def test_a_check_tells_rules_and_lost_codes_with_panel_and_sample(
    bundled_samples: Mapping[str, Mapping[str, LabelFacts]],
) -> None:
    code = {"kind": "qr", "size": "10px", "module": "5mm"}
    bad = page({"kind": "text", "value": "{reference}", "size": "12px"}, code)
    bad = bad.model_copy(update={"serves": Conditions(min_width=296, max_width=296)})
    facts = dataclasses.replace(FACTS, tag=bundled_samples["article"]["regular"].tag)
    source = PACKS["MX"].demands[0].source
    on = list(checking.panels(bad))
    found = list(checking.check(bad, {"one": facts}, PACKS["MX"], "MX", None, on))
    assert {(one.sample, one.what) for one in found} == {
        (
            "one",
            f"selling_price: the price to pay is not on the label ({source})",
        ),
        ("one", "element 'e1': there is no room for a code that can be read"),
    }
    assert {one.panel for one in found} == {panel.name for panel in checking.panels(bad)}
    without_rules = list(checking.check(bad, {"one": facts}, None, "XX", None, on))
    assert {one.what for one in without_rules} == {
        "element 'e1': there is no room for a code that can be read"
    }


def test_a_check_tells_letters_that_cannot_be_drawn_once() -> None:
    title = page({"kind": "text", "value": "{title}", "size": "12px"})
    samples = {
        "hebrew": dataclasses.replace(FACTS, title="נעלי"),
        "chinese": dataclasses.replace(FACTS, brand="A漢"),
    }
    found = list(checking.check(title, samples, None, "MX", None, list(PANELS.values())))
    assert [(one.panel, one.sample, one.what) for one in found] == [
        (
            "every panel",
            "hebrew",
            "title 'נעלי': runs from right to left, which cannot be drawn yet",
        ),
        ("every panel", "chinese", "brand 'A漢': no font has 漢"),
    ]


def test_preview_writes_a_picture_for_each_panel_and_sample(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = run(
        *("preview", "mine", "--folder", folder, "--out", out),
        *("--panel", "2.9-296x128-bwr", "--panel", "4.2-400x300-bwy", "--country", "ES"),
    )
    assert ended.exit_code == 0, ended.output
    assert {path.name for path in out.iterdir()} == {
        "sheet.png",
        *(f"{sample}-2.9-296x128-bwr.png" for sample in ("one", "other")),
        *(f"{sample}-4.2-400x300-bwy.png" for sample in ("one", "other")),
    }
    with Image.open(out / "one-4.2-400x300-bwy.png") as picture:
        assert picture.size == (400, 300)
    assert f"4 pictures in {out}" in ended.output


def test_preview_takes_other_facts(folder: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts.toml"
    facts.write_text(SAMPLE.replace("sample.one", "sample.mine"), encoding="utf-8")
    out = tmp_path / "out"
    ended = run(
        *("preview", "mine", "--folder", folder, "--facts", facts, "--out", out),
        *("--panel", "2.9-296x128-bwr"),
    )
    assert ended.exit_code == 0, ended.output
    assert (out / "mine-2.9-296x128-bwr.png").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["preview", "none"], "no template is called 'none' in {folder}; there are: mine"),
        (["preview", "mine", "--panel", "9"], "no panel '9'; there are 1.33-144x200-bwr, "),
        (["check", "none"], "no template is called 'none' in {folder}; there are: mine"),
    ],
)
def test_what_is_not_there_is_told_in_a_line(
    folder: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    out = ("--out", tmp_path / "out") if arguments[0] == "preview" else ()
    ended = run(*arguments, "--folder", folder, *out)
    assert ended.exit_code == 1
    assert said.format(folder=folder) in ended.stderr
    assert "Traceback" not in ended.output


def test_check_is_content_or_says_what_to_mend_and_where(folder: Path) -> None:
    good = run("check", "--folder", folder, "--country", "MX")
    assert (good.exit_code, good.stdout) == (0, "1 template, MX rules: all good\n")
    assert good.stderr == "mine: 8 panels, good\n"
    template = folder / "mine" / "template.toml"
    template.write_text(TEMPLATE.replace('"name", "price"', '"name"'), encoding="utf-8")
    bad = run("check", "mine", "--folder", folder, "--country", "ES")
    assert bad.exit_code == 1
    assert "mine on 9.7-960x672-bwr (other): selling_price: the price to pay is not" in bad.output
    assert "1 template, ES rules: " in bad.stdout.splitlines()[-1]
    count = bad.stdout.splitlines()[-1].rpartition(": ")[2]
    assert bad.stderr == f"mine: 8 panels, {count}\n"
    unknown = run("check", "mine", "--folder", folder, "--country", "AR")
    assert unknown.exit_code == 0
    assert "no rules are known for AR" in unknown.output


def test_check_names_the_line_of_a_broken_template(folder: Path) -> None:
    template = folder / "mine" / "template.toml"
    template.write_text(TEMPLATE.replace('"{title}"', '"{titel}"'), encoding="utf-8")
    other = folder / "other"
    other.mkdir()
    (other / "template.toml").write_text(TEMPLATE, encoding="utf-8")
    (other / "sample.toml").write_text(SAMPLE, encoding="utf-8")
    ended = run("check", "--folder", folder)
    assert ended.exit_code == 1
    assert f"{template}:17: element 'name'" in ended.stderr
    assert ended.stdout == "1 template, MX rules: all good\n", "the others are looked at"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    ended = run("check", "--folder", tmp_path / "no")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr == f"anaquel: --folder {tmp_path / 'no'}: there is no such folder\n"


def test_a_template_of_the_shop_may_use_parts_that_come_with_anaquel(folder: Path) -> None:
    own = folder / "mine" / "template.toml"
    own.write_text(f'include = ["notices"]\n{TEMPLATE}', encoding="utf-8")
    ended = run("check", "--folder", folder)
    assert (ended.exit_code, ended.stdout) == (0, "1 template, MX rules: all good\n"), ended.stderr


def all_said(terminal: int) -> str:
    """What was written to a terminal until its last writer closed it."""
    said = b""
    with contextlib.suppress(OSError), os.fdopen(terminal, "rb", buffering=0) as opened:
        while more := opened.read(4096):
            said += more
    return said.decode()


async def test_a_terminal_sees_how_far_a_check_is(folder: Path) -> None:
    ours, theirs = os.openpty()
    command = ("template", "check", "--folder", str(folder))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *command),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    )
    os.close(theirs)
    seen = await asyncio.to_thread(all_said, ours)
    said, _ = await process.communicate()
    assert (process.returncode, said) == (0, b"1 template, MX rules: all good\n")
    assert "mine" in seen
    assert "8/8" in seen
    assert "good" not in seen, "lines are for those who see no bar"
