from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from device_drivers.api import known_panels
from device_drivers.api.panels import Ink, Panel
from gateway.domain.labels import BESIDE, LabelFacts, LabelState, SizeFact
from gateway.domain.money import MINOR_UNITS, Money
from gateway.domain.multibuy import MultiBuy
from gateway.domain.pricing import PriceTag
from gateway.domain.stock import Availability
from gateway.render import layout, rendering, templates, values
from gateway.render.codes import Code
from gateway.render.contents import Text
from gateway.render.elements import TextElement
from gateway.render.layout import Rect
from gateway.render.painter import Painter
from gateway.render.prices import Price
from gateway.render.template import Template
from gateway.render.texts import ELLIPSIS
from tests.golden.panels import PANELS
from tests.support.drawing import FACTS, page
from tests.unit.render.test_layout import overlap

BUNDLED = templates.load_all(templates.BUNDLED)
PESOS = Money(amount=Decimal(899), currency="MXN")
PANEL = PANELS["29-296x128"]
LARGE = [known_panels.PANELS[name] for name in ("10.2-960x640-bwr", "12.2-960x768-bwr")]
MEXICO = ZoneInfo("America/Mexico_City")


@pytest.mark.parametrize("name", ["style", "article", "plain"])
@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_every_state_looks_different(
    name: str,
    panel: Panel,
    bundled_samples: Mapping[str, Mapping[str, LabelFacts]],
) -> None:
    facts = bundled_samples[name]["sale"]
    pictures = set()
    # What is withdrawn has no price to show either, and says the same.
    states = [
        state
        for state in LabelState
        if state not in {LabelState.UNBOUND, LabelState.WITHDRAWN, *BESIDE}
    ]
    for state in states:
        tag = None if state in {LabelState.NO_PRICE, LabelState.COMING} else facts.tag
        own = dataclasses.replace(facts, state=state, tag=tag)
        pictures.add(rendering.render(BUNDLED[name], panel, own, "MX").fingerprint)
    assert len(pictures) == len(states)


def test_colour_is_used_only_where_the_panel_has_it(
    bundled_samples: Mapping[str, Mapping[str, LabelFacts]],
) -> None:
    facts = bundled_samples["style"]
    three = PANELS["29-296x128"]
    red = three.inks.index(Ink.RED)
    assert red in rendering.render(BUNDLED["style"], three, facts["sale"], "MX").pixels
    assert red not in rendering.render(BUNDLED["style"], three, facts["regular"], "MX").pixels


def test_language_and_country_change_words_and_money(
    bundled_samples: Mapping[str, Mapping[str, LabelFacts]],
) -> None:
    facts = bundled_samples["style"]["sale"]
    english = dataclasses.replace(facts, language="en")
    drawn = {
        rendering.render(BUNDLED["style"], PANEL, facts, "MX").fingerprint,
        rendering.render(BUNDLED["style"], PANEL, english, "MX").fingerprint,
        rendering.render(BUNDLED["style"], PANEL, facts, "ES").fingerprint,
    }
    assert len(drawn) == 3


def test_the_last_day_of_an_offer_is_that_of_the_shop() -> None:
    tag = PriceTag(price=PESOS, kind="sale", valid_until=datetime(2026, 12, 1, 6, tzinfo=UTC))
    assert until(tag, ZoneInfo("America/Mexico_City")) == "30 nov"
    assert until(tag, UTC) == "1 dic"
    assert until(tag, None) == ""
    later = PriceTag(price=PESOS, kind="sale", valid_until=datetime(2027, 1, 16, 6, tzinfo=UTC))
    assert until(later, UTC) == "16 ene 2027"
    assert until(later, UTC, "{until_brief}") == "16/01/27"
    assert until(tag, UTC, "{until_brief}") == "1 dic"


@pytest.mark.parametrize("end", [None, datetime.max.replace(tzinfo=UTC)])
def test_an_offer_without_end_names_no_day(end: datetime | None) -> None:
    tag = PriceTag(price=PESOS, kind="sale", valid_until=end)
    assert until(tag, ZoneInfo("America/Mexico_City")) == ""


@pytest.mark.parametrize(
    ("language", "country", "days"),
    [
        ("en", "MX", ("31 Jan", "31/01/2027", "4 Jan")),
        ("es", "GB", ("31 ene", "31/1/27", "4 ene")),
        ("es", "DE", ("31 ene", "31/1/27", "4 ene")),
        ("en", "US", ("Jan 31", "1/31/27", "Jan 4")),
    ],
)
def test_days_are_in_the_language_of_the_label_whatever_writes_the_money(
    language: str, country: str, days: tuple[str, str, str]
) -> None:
    ends, begins = datetime(2027, 2, 1, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC)
    tag = PriceTag(price=PESOS, kind="sale", valid_until=ends)
    facts = LabelFacts(
        code="7K3Q9M", link="X", language=language, state=LabelState.SALE, tag=tag, coming=begins
    )
    this_year = values.of(dataclasses.replace(facts, year=2027), {}, country, UTC)
    another = values.of(dataclasses.replace(facts, year=2026), {}, country, UTC)
    said = (
        this_year.fill_in("{until}"),
        another.fill_in("{until_brief}"),
        this_year.fill_in("{coming_day}"),
    )
    assert tuple(map(plain, said)) == days


def until(tag: PriceTag, zone: tzinfo | None, text: str = "{until}") -> str:
    facts = LabelFacts(
        code="7K3Q9M",
        link="X",
        language="es",
        state=LabelState.SALE,
        tag=tag,
        year=2026,
    )
    return plain(values.of(facts, {}, "MX", zone).fill_in(text))


def plain(said: str) -> str:
    """The text with spaces where no line breaks."""
    assert " " not in said, "a day stays on one line"
    return said.replace("\N{NO-BREAK SPACE}", " ")


def test_an_order_without_a_price_says_until_when_it_waits() -> None:
    waits = datetime(2026, 12, 1, 6, tzinfo=UTC)
    facts = LabelFacts(
        code="7K3Q9M", link="X", language="es", state=LabelState.REGULAR, until=waits, year=2026
    )
    mexico = ZoneInfo("America/Mexico_City")
    assert plain(values.of(facts, {}, "MX", mexico).fill_in("{until}")) == "30 nov"
    priced = dataclasses.replace(facts, tag=PriceTag(price=PESOS, kind="list"))
    assert values.of(priced, {}, "MX", mexico).fill_in("{until}") == "", "the price has no end"


@pytest.mark.parametrize(
    ("choices", "spanish", "english"),
    [
        ((), "Mira qué más hay", "Mira what else there is"),
        (("size",), "Mira otras tallas", "Mira other sizes"),
        (("color",), "Mira otros colores", "Mira other colours"),
        (("size", "color"), "Mira otras tallas y colores", "Mira other sizes & colours"),
    ],
)
def test_what_else_there_is_depends_on_the_article(
    choices: tuple[str, ...], spanish: str, english: str
) -> None:
    facts = LabelFacts(
        code="7K3Q9M",
        link="X",
        language="es",
        state=LabelState.SOLD_OUT,
        choices=frozenset(choices),
    )
    assert values.of(facts, {}, "MX").fill_in("Mira {other_choices}") == spanish
    other = dataclasses.replace(facts, language="en")
    assert values.of(other, {}, "MX").fill_in("Mira {other_choices}") == english


def test_terms_for_members_are_told_beside_those_for_all() -> None:
    three, two = MultiBuy(type="buy_n_pay_m", n=3, m=2), MultiBuy(type="buy_n_pay_m", n=4, m=2)
    tag = PriceTag(price=PESOS, kind="list", program="Club", multibuy=three, loyalty_multibuy=two)
    facts = LabelFacts(code="7K3Q9M", link="X", language="es", state=LabelState.REGULAR, tag=tag)
    said = values.of(facts, {}, "MX")
    assert said.fill_in("{multibuy}") == "Lleva 3, paga 2"
    assert said.fill_in("{program}: {loyalty_multibuy}") == "Club: Lleva 4, paga 2"


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
@pytest.mark.parametrize("name", ["style", "article"])
@pytest.mark.parametrize("state", [LabelState.REGULAR, LabelState.SALE, LabelState.SOLD_OUT])
def test_a_usual_title_stands_whole_on_every_panel(
    name: str,
    panel: Panel,
    state: LabelState,
    bundled_samples: Mapping[str, Mapping[str, LabelFacts]],
) -> None:
    title = "Tenis para correr Aurora 3"
    facts = dataclasses.replace(bundled_samples[name]["sale"], title=title, state=state)
    lines = [
        text.fitted_in(room).lines
        for text, room in contents_on(BUNDLED[name], panel, facts, "MX")
        if isinstance(text, Text) and text.text == title
    ]
    (said,) = [" ".join(one) for one in lines]
    assert said == title


def test_a_link_too_long_for_a_code_leaves_the_rest_standing() -> None:
    facts = LabelFacts(
        code="7K3Q9M", link="HTTPS://" + "X" * 400, language="es", state=LabelState.UNBOUND
    )
    frame = rendering.render(BUNDLED["unbound"], PANEL, facts, "MX")
    assert 1 in frame.pixels


upright = [*PANELS.values(), *known_panels.PANELS.values()]
any_panel = st.sampled_from([*upright, *(panel.turned() for panel in upright)])
money = st.builds(
    Money,
    amount=st.decimals(0, 999_999_999, places=2),
    currency=st.sampled_from(sorted(MINOR_UNITS)),
)
words = st.text(max_size=60)
all_facts = st.builds(
    LabelFacts,
    code=st.just("7K3Q9M"),
    link=st.sampled_from(["HTTPS://Q.EXAMPLE.COM/L/7K3Q9M", "http://a.example/" + "x" * 300]),
    language=st.sampled_from(["es", "en", "de"]),
    state=st.sampled_from(LabelState),
    title=words,
    brand=words,
    variant=words,
    color=words,
    reference=words,
    tag=st.none()
    | st.builds(PriceTag, price=money, kind=st.just("sale"), regular=st.none() | money),
    price_from=st.booleans(),
    unit_price=st.none() | money,
    unit=st.sampled_from([None, "kg"]),
    unit_value=st.sampled_from([None, Decimal(1), Decimal(100)]),
    sizes=st.lists(
        st.builds(
            SizeFact,
            size=st.text(min_size=1, max_size=8),
            availability=st.sampled_from(Availability),
        ),
        max_size=30,
    ).map(tuple),
)


@given(
    facts=all_facts,
    panel=any_panel,
    name=st.sampled_from(sorted(BUNDLED)),
    country=st.sampled_from(["MX", "ES", "GB"]),
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_any_facts_can_be_drawn_and_no_price_is_ever_cut(
    facts: LabelFacts, panel: Panel, name: str, country: str
) -> None:
    one = BUNDLED[name]
    frame = rendering.render(one, panel, facts, country)
    assert frame == rendering.render(one, panel, facts, country)
    for price, room in prices_on(one, panel, facts, country):
        type_ = price._fit(room.width, room.height)
        assert type_.width <= room.width
        assert type_.height <= room.height


@given(facts=all_facts, panel=any_panel, name=st.sampled_from(sorted(BUNDLED)))
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_overlaps_and_nothing_is_cut_without_an_ellipsis(
    facts: LabelFacts, panel: Panel, name: str
) -> None:
    placed = contents_on(BUNDLED[name], panel, facts, "MX")
    seen = [(content, room) for content, room in placed if room.width and room.height]
    for number, (content, room) in enumerate(seen):
        assert 0 <= room.x <= room.x + room.width <= panel.width
        assert 0 <= room.y <= room.y + room.height <= panel.height
        assert not any(overlap(room, other) for _, other in seen[number + 1 :])
        if isinstance(content, Text):
            check_words(content, room)


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_what_may_go_goes_before_its_letters_are_tiny(
    name: str, bundled_samples: Mapping[str, Mapping[str, LabelFacts]]
) -> None:
    for panel in (*LARGE, *(panel.turned() for panel in LARGE)):
        for facts in bundled_samples[name].values():
            for one in rendering.draw(BUNDLED[name], panel, facts, "MX", MEXICO).placed:
                element = one.element
                if isinstance(element, TextElement) and (element.drop or element.plate):
                    least = max(element.size.pixels(panel) * 0.6, element.min_size.pixels(panel))
                    assert not one.seen.size or one.seen.size >= least


def check_words(content: Text, room: Rect) -> None:
    """All words stand there in order, or an ellipsis says where some are missing."""
    fitted = content.fitted_in(room)
    assert all(fitted.face.width(line) <= room.width for line in fitted.lines)
    if not fitted.whole:
        assert any(line.endswith(ELLIPSIS) for line in fitted.lines) or "" in fitted.lines
    else:
        assert " ".join(fitted.lines) == content.text


@given(facts=all_facts, panel=any_panel, name=st.sampled_from(["style", "article", "plain"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_each_content_draws_inside_its_room_alone(
    facts: LabelFacts, panel: Panel, name: str
) -> None:
    facts = dataclasses.replace(facts, title="Äpfel, pera y jícama", brand="Qüy", variant="xyz")
    for content, room in contents_on(BUNDLED[name], panel, facts, "MX"):
        if isinstance(content, Text | Price | Code):
            painter = Painter(panel)
            content.paint(painter, room)
            frame = painter.frame()
            image = Image.frombytes("L", (frame.width, frame.height), frame.pixels)
            box = image.getbbox()
            # Letters may lean over the edge of their own advance, by a hair.
            hair = 1 + min(panel.width, panel.height) // 100
            if box is not None:
                assert room.x - hair <= box[0] < box[2] <= room.x + room.width + hair
                assert room.y - hair <= box[1] < box[3] <= room.y + room.height + hair


def prices_on(
    one: Template, panel: Panel, facts: LabelFacts, country: str
) -> list[tuple[Price, Rect]]:
    found = contents_on(one, panel, facts, country)
    return [(content, room) for content, room in found if isinstance(content, Price)]


def contents_on(
    one: Template, panel: Panel, facts: LabelFacts, country: str
) -> list[tuple[layout.Content, Rect]]:
    build = rendering._Build(one, panel, facts, values.of(facts, one.words, country))
    root = build.box(one.root(panel, facts.states))
    if root is None:
        return []
    room = Rect(x=0, y=0, width=panel.width, height=panel.height)
    return [
        (box.content, part) for box, part in layout.place(root, room) if box.content is not None
    ]


@given(
    facts=all_facts,
    panel=any_panel,
    name=st.sampled_from(sorted(BUNDLED)),
    digits=st.permutations("0123456789"),
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_other_digits_stand_at_the_same_places(
    facts: LabelFacts, panel: Panel, name: str, digits: list[str]
) -> None:
    one = BUNDLED[name]
    table = str.maketrans("0123456789", "".join(digits))
    changed = dataclasses.replace(
        facts, title=facts.title.translate(table), reference=facts.reference.translate(table)
    )
    if (tag := facts.tag) is not None:
        amount = Decimal(f"{tag.price.rounded().amount:f}".translate(table))
        other = dataclasses.replace(tag, price=Money(amount=amount, currency=tag.price.currency))
        changed = dataclasses.replace(changed, tag=other)
    builds = [
        rendering._Build(one, panel, each, values.of(each, one.words, "MX"))
        for each in (facts, changed)
    ]
    if builds[0].shape() == builds[1].shape():
        assert list(builds[0].places()) == list(builds[1].places())


@pytest.mark.parametrize(
    ("width", "height", "said"),
    [(296, 128, "Escanea: tallas y colores"), (70, 128, "Escanea"), (70, 14, "Escanea")],
)
def test_a_text_says_what_is_shorter_where_it_has_no_room(
    width: int, height: int, said: str
) -> None:
    long = {"es": "Escanea: tallas y colores", "en": "Scan: sizes & colours"}
    short = {"es": "Escanea", "en": "Scan"}
    text = {"kind": "text", "value": "{long}", "shorter": "{short}", "size": "12px", "drop": 1}
    panel = Panel(name="own", width=width, height=height, inks=PANEL.inks, dpi=112)
    drawn = rendering.render(page(text, long=long, short=short), panel, FACTS, "MX")
    alone = rendering.render(page({**text, "value": said, "shorter": ""}), panel, FACTS, "MX")
    assert drawn.fingerprint == alone.fingerprint
    assert set(drawn.pixels) == {0, 1}
