from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_drivers.api.panels import Ink, Panel
from gateway.domain.labels import LabelFacts, LabelState
from gateway.render import samples, template, templates
from gateway.render.elements import Length, TextElement
from gateway.render.template import Template, TemplateError
from tests.golden.panels import PANELS

GOOD = """
title = { es = "Prueba", en = "Test" }

[words]
hello = { es = "Hola", en = "Hello" }

[[view]]
root = "page"

[elements.page]
kind = "column"
children = ["name"]

[elements.name]
kind = "text"
value = "{hello} {title}"
size = "12px"
"""


def load(folder: Path, text: str) -> Template:
    path = folder / "own" / "template.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return template.load(path)


@pytest.mark.parametrize(
    ("wrong", "instead", "line"),
    [
        ('size = "12px"', 'size = "12"', 16),
        ('kind = "text"', 'kind = "text"\nfont = "thin"', 15),
        ("{title}", "{titel}", 15),
        ('["name"]', '["nome"]', 11),
        ('root = "page"', 'root = "pge"', 7),
        ('en = "Hello"', 'en = ""', 4),
        ('en = "Hello"', "en = 3", 4),
        ('kind = "text"', 'kind = "words"', 14),
        ("[elements.name]", '[elements."name"]\nink = "pink"', 14),
        ("[elements.name]", "[element.name]", 13),
        ("title = {", 'include = ["nothing"]\ntitle = {', 1),
        ("title = {", "colour = 3\ntitle = {", 1),
        ("title = {", 'name = "mine"\ntitle = {', 1),
        ('{ es = "Prueba", en = "Test" }', '"Test"', 1),
        ("[words]", "[serves]\nmin_with = 3\n[words]", 4),
        ("[[view]]", "[view]", 6),
        ('size = "12px"', "size = ", 16),
        ('size = "12px"', 'size = "12px"\nsize = "9px"', 17),
    ],
)
def test_errors_name_the_line(tmp_path: Path, wrong: str, instead: str, line: int) -> None:
    with pytest.raises(TemplateError) as refused:
        load(tmp_path, GOOD.replace(wrong, instead).lstrip())
    assert f"template.toml:{line}: " in str(refused.value)


def test_a_template_is_named_after_its_folder(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD).name == "own"


@pytest.mark.parametrize(
    ("wrong", "instead", "message"),
    [
        ('size = "12px"', 'size = "12"', r"element 'name', size: write a length such as"),
        ('size = "12px"', 'size = "9999%"', r"element 'name', size: write at most \"100%\""),
        ('size = "12px"', 'size = "2001px"', r"element 'name', size: write at most \"2000px\""),
        ('size = "12px"', 'size = "12px"\nhas = ["sise"]', r"element 'name', has: write one of"),
        ('size = "12px"', "", r"element 'name', size: is missing; write size = "),
        ('kind = "text"', 'kind = "words"', r"element 'name'.*'words'"),
        (
            'size = "12px"',
            'size = "12px"\nink = "pink"',
            r"element 'name', ink: write one of white",
        ),
        ('size = "12px"', 'size = "12px"\nfont = "thin"', r"font: write one of medium"),
        (
            'size = "12px"',
            'size = "12px"\ncolour = "red"',
            r"colour: a text has no such key; it has .*ink",
        ),
        ("{title}", "{titel}", r"element 'name', value: \{titel\} is no fact; there are .*title"),
        ('["name"]', '["nome"]', r"element 'page': there is no element 'nome'; there are name"),
        ('["name"]', '["page"]', r"element 'page': it contains itself"),
        ('en = "Hello"', 'en = ""', r"words, hello: no text in en; write one"),
        ("hello", "brand", r"words, brand: that is the name of a fact"),
        ('root = "page"', 'root = "page"\nmin_width = 300', r"none fits every panel in state"),
        ('root = "page"', 'states = ["sale"]', r"view, root: is missing; write root = "),
        ("[[view]]", "[view]", r"view: write each as a table of its own, \[\[view\]\]"),
        ("[[view]]", "[[views]]", r"views: a template has no such key; did you mean 'view'\?"),
        ("[elements.name]", "[element.name]", r"did you mean 'elements'\?"),
        ('= ["name"]', '= "name"', r"children: write a list, like children = \["),
        ('= ["name"]', "= []", r"children: write at least 1, like children = \["),
        ('size = "12px"', 'size = "12px"\nstates = "sale"', r"write a list, like states = \["),
        ('size = "12px"', 'size = "12px"\nstates = ["now"]', r"states: write one of regular, sale"),
        (
            'size = "12px"',
            'size = "12px"\nalign = "left"',
            r"align: write one of start, center, end",
        ),
        ('size = "12px"', 'size = "12px"\nlinse = 2', r"did you mean 'lines'\? it has align"),
        ('size = "12px"', 'size = "12px"\nlines = 9', r"lines: write 8 or less"),
        ('size = "12px"', 'size = "12px"\nlines = 0', r"lines: write 1 or more"),
        ('size = "12px"', 'size = "12px"\nmin_aspect = nan', r"min_aspect: write a number"),
        (
            'size = "12px"',
            'size = "12px"\nmin_width = 9\nmax_width = 8',
            r"element 'name', min_width: 9 is more than max_width, 8",
        ),
        (
            'size = "12px"',
            'size = "12px"\ninks = ["red"]\nlacks = ["red"]',
            r"element 'name', lacks: red is among inks too",
        ),
        (
            '["name"]',
            '["name"]\npadding = ["1px", "2px"]',
            r"padding: write one length, or four: top",
        ),
        ('["name"]', '["name"]\npadding = "5"', r"padding: write a length such as"),
        ("{title}", "{Title}", r"value: write each fact in braces of its own, in small letters"),
        ("{title}", "{title", r"value: write each fact in braces of its own"),
        ("{title}", "שלום", r"value: .*runs from right to left"),
        ('"Hello"', '"日本"', r"words, hello: '日本': no font has 日, 本"),
        ("hello =", "Hello =", r"words, Hello: write a name of small letters"),
        ("[words]", '[serves]\nstates = ["sale"]\n[words]', r"serves, states: .*remove this"),
        ("title = {", 'name = "mine"\ntitle = {', r"name: a template is called as its folder"),
        ("title = {", "title = ", r"is no TOML"),
    ],
)
def test_errors_name_file_and_element_and_cure(
    tmp_path: Path, wrong: str, instead: str, message: str
) -> None:
    assert wrong in GOOD
    with pytest.raises(TemplateError, match=message) as refused:
        load(tmp_path, GOOD.replace(wrong, instead))
    assert "own/template.toml" in str(refused.value)


def test_an_element_says_only_what_differs_from_its_model(tmp_path: Path) -> None:
    more = """
[elements.small]
like = "name"
size = "9px"

[elements.smallest]
like = "small"
lines = 2
"""
    elements = load(tmp_path, GOOD + more).elements
    name, smallest = elements["name"], elements["smallest"]
    assert isinstance(name, TextElement)
    assert smallest == name.model_copy(update={"size": Length(9, "px"), "lines": 2})


@pytest.mark.parametrize("model", ["nobody", "small"])
def test_a_model_that_is_none_is_told(tmp_path: Path, model: str) -> None:
    more = f'[elements.small]\nlike = "{model}"\n'
    with pytest.raises(TemplateError, match=r"element 'small', like: write the name of another"):
        load(tmp_path, GOOD + more)


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"include: there is no part 'nothing'; there are none"):
        load(tmp_path, 'include = ["nothing"]\n' + GOOD)


def test_a_part_says_nothing_that_would_be_lost(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "mine.toml").write_text('[words]\n[element.name]\nink = "red"\n')
    with pytest.raises(TemplateError, match=r"parts/mine\.toml:2: element: a part has no such"):
        load(tmp_path, 'include = ["mine"]\n' + GOOD)


def test_letters_that_are_not_utf_8_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    path = tmp_path / "own" / "template.toml"
    path.write_bytes(GOOD.lstrip().encode("latin-1").replace(b"Hola", "Olé".encode("latin-1")))
    with pytest.raises(TemplateError, match=r"template\.toml:4: a letter is not in UTF-8"):
        template.load(path)


def test_one_line_tells_all_the_states_without_a_view(tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as refused:
        load(tmp_path, GOOD.replace('root = "page"', 'root = "page"\nmin_width = 300'))
    assert str(refused.value).count("none fits every panel") == 1


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="at most 64 KiB"):
        load(tmp_path, GOOD + "#" * 70_000)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no <name>/template"):
        templates.load_all(tmp_path)


@pytest.mark.parametrize(
    ("length", "pixels"),
    [
        (Length(12, "px"), 12),
        (Length(25.4, "mm"), 112),
        (Length(72, "pt"), 112),
        (Length(10, "%"), 13),
    ],
)
def test_lengths_follow_the_panel(length: Length, pixels: int) -> None:
    panel = Panel(name="2.9", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK), dpi=112)
    assert length.pixels(panel) == pixels


def test_every_bundled_template_serves_every_panel_and_state(
    bundled: Mapping[str, Template],
) -> None:
    assert set(bundled) == {
        *("article", "collect", "entrance", "grocery", "loyalty", "minimal", "multibuy"),
        *("plain", "promotion", "style", "test", "unbound", "weight"),
    }
    for one in bundled.values():
        for panel in PANELS.values():
            for state in LabelState:
                assert one.root(panel, {state}) in one.elements


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("style", "sale"),
        ("style", "several"),
        ("article", "sale"),
        ("grocery", "regular"),
        ("weight", "sale"),
        ("multibuy", "three_for_two"),
        ("loyalty", "members"),
        ("unbound", "unbound"),
    ],
)
def test_the_default_follows_from_the_facts(
    name: str, sample: str, bundled_samples: Mapping[str, Mapping[str, LabelFacts]]
) -> None:
    assert templates.default_for(bundled_samples[name][sample]) == name


def test_samples_are_in_the_currency_of_the_country(tmp_path: Path) -> None:
    path = tmp_path / "sample.toml"
    path.write_text(
        '[facts]\ncode = "1"\nlink = "A"\nlanguage = "en"\nstate = "regular"\nprice = "1.00"\n'
        '[sample.one]\n[sample.members]\nloyalty = "0.90"\nprogram = "Club"\n',
        encoding="utf-8",
    )
    read = samples.load(path, "GB")
    assert read["one"].tag is not None
    assert read["one"].tag.price.currency == "GBP"
    assert read["one"].beside == frozenset()
    assert read["members"].beside == {LabelState.LOYALTY}


SAMPLE = """[facts]
code = "7K3Q9M"
link = "X"
language = "es"
state = "regular"
price = "10.00"

[sample.one]
title = "A"
"""


@pytest.mark.parametrize(
    ("wrong", "instead", "line", "message"),
    [
        ('"regular"', '"happy"', 5, "sample 'one', state: write one of regular, sale"),
        ('"regular"', '"loyalty"', 5, "sample 'one', state: write one of regular, sale"),
        ('code = "7K3Q9M"\n', "", 7, "sample 'one', code: is missing; write code = "),
        ('"10.00"', "10.0", 6, "price: write an amount in quotes"),
        ("title", "titel", 9, "titel: a sample has no such key; did you mean 'title'?"),
        ('title = "A"', "title = 3", 9, "title: write a text in quotes"),
        ('title = "A"', 'until = "soon"', 9, "until: write a time with its offset"),
        ('title = "A"', "until = 2026-12-01T00:00:00", 9, "until: write a time with its offset"),
        ('title = "A"', 'sizes = [["25", "maybe"]]', 9, 'sizes: write [["25", "here"], …]'),
        ('title = "A"', 'multibuy = { type = "x" }', 9, "multibuy: write { type = "),
        ('title = "A"', 'multibuy = { type = "buy_n_pay_m", n = 3 }', 9, "multibuy: m is missing"),
        ('title = "A"', 'picture = "none.webp"', 9, "picture: cannot be read (No such file"),
        ('"es"', '"de"', 4, "language: write one of es, en"),
        ("[facts]", "[fact]", 1, "fact: there is no such table"),
        ('title = "A"', "title = ", 9, "is no TOML"),
    ],
)
def test_samples_that_cannot_be_read_are_named_with_line_and_cure(
    tmp_path: Path, wrong: str, instead: str, line: int, message: str
) -> None:
    path = tmp_path / "sample.toml"
    path.write_text(SAMPLE.replace(wrong, instead, 1), encoding="utf-8")
    with pytest.raises(TemplateError) as refused:
        samples.load(path)
    assert f"sample.toml:{line}: " in str(refused.value)
    assert message in str(refused.value)


def test_a_file_without_a_sample_is_told(tmp_path: Path) -> None:
    path = tmp_path / "sample.toml"
    path.write_text('[facts]\ntitle = "A"\n', encoding="utf-8")
    with pytest.raises(TemplateError, match=r"no samples; write at least one table"):
        samples.load(path)
    path.write_text("sample = 3\n", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"write tables, \[facts\] and \[sample"):
        samples.load(path)


def chained(count: int, times: int) -> str:
    """Columns in each other, each holding the next so many times."""
    lines = ['title = { es = "a", en = "a" }', "[[view]]", 'root = "p0"']
    for number in range(count):
        children = ", ".join([f'"p{number + 1}"'] * times)
        lines += [f"[elements.p{number}]", 'kind = "column"', f"children = [{children}]"]
    return "\n".join([*lines, f"[elements.p{count}]", 'kind = "spacer"'])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("elements = 3", "elements: write a table, [elements]"),
        ("[[elements]]\na = 1", "elements: write a table, [elements]"),
        ("words = 3", "words: write a table, [words]"),
        ("view = 3", "view: write each as a table of its own, [[view]]"),
        ("[elements.a]\nlike = []", "element 'a', like: write the name of another element"),
        ('[elements.a]\nlike = "a"', "element 'a', like: write the name of another element"),
        ("include = 3", "include: write names of at most 10 parts"),
        ('include = ["../x"]', "include: write names of at most 10 parts"),
        (chained(1000, 1), "more than 20 boxes in each other"),
        (chained(15, 2), "elements; at most 500 can be drawn"),
        (chained(40, 2), "more than 20 boxes in each other"),
        (GOOD.replace('["name"]', '["name", "page"]'), "element 'page': it contains itself"),
    ],
)
def test_nonsense_is_told_and_ends_nothing(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TemplateError) as refused:
        load(tmp_path, text)
    assert said in str(refused.value)


@given(text=st.text(st.sampled_from('[]{}=",\n ab3."'), max_size=60), place=st.integers(0, 300))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_edit_gives_a_template_or_says_what_is_wrong(
    tmp_path: Path, text: str, place: int
) -> None:
    with contextlib.suppress(TemplateError):
        one = load(tmp_path, GOOD[:place] + text + GOOD[place:])
        assert one.root(next(iter(PANELS.values())), frozenset({LabelState.REGULAR}))
