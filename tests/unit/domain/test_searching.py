from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import searching
from gateway.domain.searching import Looked

LETTERS = st.text("abñé ", max_size=9)
WORDS = st.text("abcs", min_size=1, max_size=9)


@given(text=st.text(max_size=60))
def test_folding_is_done_once_and_for_all(text: str) -> None:
    folded = searching.fold(text)
    assert searching.fold(folded) == folded
    assert searching.fold(text.upper().lower()) == searching.fold(text.lower())


@given(text=st.text(max_size=80))
def test_words_are_letters_and_digits_that_stay_as_they_are(text: str) -> None:
    for word in searching.words_of(text):
        assert 0 < len(word) <= searching.MAX_LETTERS
        assert searching.words_of(word) == (word,)
        # Nothing in a word can end the quotes of a question to the index, or its text.
        assert not set(word) & set(" \0\"'*§_-")


@given(text=st.text(max_size=300))
def test_no_search_is_longer_than_it_may_be(text: str) -> None:
    typed = searching.typed_words(text)
    assert len(typed) <= searching.MAX_TYPED
    assert len(set(typed)) == len(typed)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Jeans Azul-Marino", ("jeans", "azul", "marino")),
        ("NIÑO niño Ñandú", ("nino", "nino", "nandu")),
        ("ﬁesta \uff37\uff49\uff44\uff45 Straße", ("fiesta", "wide", "strasse")),
        ("talla 26.5, NH_ALBA", ("talla", "26", "5", "nh", "alba")),
        ("  ¿¡ --- ", ()),
    ],
)
def test_words(text: str, words: tuple[str, ...]) -> None:
    assert searching.words_of(text) == words


@pytest.mark.parametrize(
    ("plural", "stem"),
    [
        ("vestidos", "vestido"),
        ("pantalones", "pantalon"),
        ("azules", "azul"),
        ("shoes", "shoe"),
        ("dresses", "dress"),
        ("boxes", "box"),
        ("dress", "dress"),
        ("más", "más"),
        ("gas", "gas"),
    ],
)
def test_plurals_begin_as_their_singulars(plural: str, stem: str) -> None:
    assert searching.stem(plural) == stem


@given(word=WORDS)
def test_a_stem_is_a_beginning(word: str) -> None:
    stem = searching.stem(word)
    assert word.startswith(stem)
    assert len(stem) >= min(len(word), 3)


def _plain_distance(one: str, other: str) -> int:
    """By the definition, without bounds."""
    rows = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            if not i or not j:
                rows[i][j] = i + j
                continue
            same = one[i - 1] == other[j - 1]
            rows[i][j] = min(
                rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (not same)
            )
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(one=WORDS, other=WORDS, most=st.integers(0, 3))
def test_the_bounded_distance_is_the_distance(one: str, other: str, most: int) -> None:
    assert searching.distance(one, other, most) == min(_plain_distance(one, other), most + 1)


@given(word=st.text("abcdefgh", min_size=4, max_size=12), data=st.data())
def test_one_slip_of_the_finger_is_forgiven(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    slips = [
        word[:at] + word[at + 1 :],
        word[:at] + "z" + word[at:],
        word[:at] + "z" + word[at + 1 :],
        word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
    ]
    typed = data.draw(st.sampled_from([slip for slip in slips if len(slip) >= 4] or [word]))
    assert word in searching.nearest(typed, [word, "zzzzzzzzzzzzzzz"], 5)


@given(known=st.lists(WORDS, max_size=20), word=WORDS)
def test_what_is_near_is_near_and_the_nearest_comes_first(known: list[str], word: str) -> None:
    found = searching.nearest(word, known, 3)
    far = [_plain_distance(word, one) for one in found]
    assert len(found) <= 3
    assert far == sorted(far)
    assert all(one <= searching.tolerance(word) for one in far)
    if found and len(known) > 3:
        others = [_plain_distance(word, one) for one in set(known) - set(found)]
        assert all(one >= far[-1] for one in others) or len(found) < 3


def test_numbers_and_short_words_are_meant_as_they_stand() -> None:
    assert searching.nearest("12345", ["12346"], 5) == ()
    assert searching.nearest("sol", ["sal"], 5) == ()


@given(words=st.lists(WORDS, min_size=1, max_size=8), data=st.data())
def test_whoever_has_more_of_the_words_comes_first(words: list[str], data: st.DataObject) -> None:
    typed = tuple(dict.fromkeys(data.draw(st.lists(WORDS, min_size=1, max_size=4))))
    looked = Looked(words=typed)
    missing = searching.rank(looked, words)[0]
    assert missing == sum(
        not any(one.startswith(searching.stem(word)) for one in words) for word in typed
    )
    # To have one word more never puts an article behind.
    gained = searching.rank(looked, [*words, typed[0]])
    assert gained[:2] <= searching.rank(looked, words)[:2]


def test_the_order_of_results() -> None:
    looked = Looked(words=("sol",), near={"sol": ()})
    articles = {
        "whole, in the name": ["sol", "crema"],
        "whole, late": ["crema", "facial", "de", "sol"],
        "whole, late and long": ["crema", "facial", "de", "sol", "grande"],
        "begins": ["solomillo"],
        "none": ["pan"],
    }
    ordered = sorted(articles, key=lambda name: searching.rank(looked, articles[name]))
    assert ordered == list(articles)


def test_a_plural_is_as_good_as_the_word_and_better_than_a_near_one() -> None:
    looked = Looked(words=("vestidos",), near={"vestidos": ("vestiditos",)})
    plural = searching.rank(looked, ["vestido"])
    assert plural == searching.rank(looked, ["vestidos"])
    near, none = searching.rank(looked, ["vestiditos"]), searching.rank(looked, ["pan"])
    assert plural < near < none
