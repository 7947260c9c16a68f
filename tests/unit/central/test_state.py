"""The feed on disk: what was kept is there again, whenever the process or the power ended."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from gateway.central import snapshots, state
from gateway.central.feed import Feed, Place
from gateway.central.state import StateError, StateFolder
from gateway.feed.messages import Accepts, Change, Delta, Request


def changes(*keys: str, value: object = None) -> list[Change]:
    return [Change(kind="task", key=key, value=value or {"kind": "count"}) for key in keys]


def started(folder: Path) -> tuple[StateFolder, Feed]:
    kept = StateFolder(folder)
    with kept.held("publish"):
        kept.begin(epoch=7)
    return kept, kept.load()[0]


def asked(feed: Feed, after: int) -> list[Delta] | None:
    return feed.replay(Request(id="r", epoch=feed.epoch, want="deltas", after_seq=after)).deltas


def same(one: Feed, other: Feed) -> bool:
    return (one.epoch, one.seq, one.digest) == (other.epoch, other.seq, other.digest)


def test_what_was_kept_is_there_again(tmp_path: Path) -> None:
    kept, feed = started(tmp_path)
    kept.append(feed.change(changes("a", "b")))
    kept.append(feed.change([*changes("c"), Change(kind="task", key="a", value=None)]))

    again = StateFolder(tmp_path).load()[0]

    assert same(again, feed)
    assert set(again.texts()) == {("task", "b"), ("task", "c")}
    assert asked(again, 0) == asked(feed, 0)


def test_a_new_start_is_no_new_epoch(tmp_path: Path) -> None:
    kept, feed = started(tmp_path)
    kept.append(feed.change(changes("a")))

    kept.begin(epoch=8)

    assert same(kept.load()[0], feed)


def test_a_line_that_a_crash_cut_short_was_never_published_and_goes(tmp_path: Path) -> None:
    kept, feed = started(tmp_path)
    kept.append(feed.change(changes("a")))
    whole = (tmp_path / state.DELTAS).read_bytes()
    (tmp_path / state.DELTAS).write_bytes(whole + b'{"epoch": 7, "prev_')

    again, mark = kept.load()
    assert same(again, feed)
    assert mark.size == len(whole)

    kept.append(again.change(changes("b")))
    assert same(kept.load()[0], again)


def test_a_short_log_still_serves_shops_that_are_a_little_behind(tmp_path: Path) -> None:
    kept, feed = started(tmp_path)
    for number in range(1_010):
        kept.append(feed.change(changes(f"k{number % 3}", value={"kind": "pick", "n": number})))

    kept.rebase(feed)
    again = kept.load()[0]

    assert same(again, feed)
    assert again.oldest_delta == 10
    assert asked(again, 9) is None
    assert [delta.seq for delta in asked(again, 1_008) or ()] == [1_009, 1_010]


def test_a_snapshot_without_its_deltas_forgets_those_before_it(tmp_path: Path) -> None:
    kept, feed = started(tmp_path)
    kept.append(feed.change(changes("a")))
    log = (tmp_path / state.DELTAS).read_bytes()
    feed.change(changes("b"))

    kept.rebase(feed, keep_log=False)
    # As after a crash between the snapshot and the log.
    (tmp_path / state.DELTAS).write_bytes(log)
    again = kept.load()[0]

    assert same(again, feed)
    assert again.oldest_delta == again.seq == 2


def test_news_are_what_came_since(tmp_path: Path) -> None:
    kept, feed = started(tmp_path)
    kept.append(feed.change(changes("a")))
    _, mark = kept.load()

    assert kept.news(mark) == ([], mark)
    deltas = feed.change(changes("b"))
    kept.append(deltas)
    news = kept.news(mark)
    assert news is not None
    assert news[0] == deltas
    assert kept.news(news[1]) == ([], news[1])

    kept.rebase(feed)
    assert kept.news(news[1]) is None, "another file: all of it is loaded anew"


def test_two_programs_do_not_write_one_feed(tmp_path: Path) -> None:
    kept, _ = started(tmp_path)
    with kept.held("publish"):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            said = pool.apply(_try_to_hold, (tmp_path,))
        with kept.held("serve"):
            pass

    assert said == (
        f"{tmp_path}: another anaquel central publish works there; wait for it, or end it"
    )


def _try_to_hold(folder: Path) -> str:
    try:
        with StateFolder(folder).held("publish"):
            return "nothing"
    except StateError as error:
        return str(error)


def test_an_empty_folder_says_what_makes_a_feed(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="anaquel central publish makes it"):
        StateFolder(tmp_path).load()


@pytest.mark.parametrize(
    "content",
    [b"not json\n", b'{"epoch": 7, "prev_seq": 5, "seq": 6, "changes": []}\n', b"[]\n"],
)
def test_a_damaged_log_is_never_served(tmp_path: Path, content: bytes) -> None:
    kept, _ = started(tmp_path)
    (tmp_path / state.DELTAS).write_bytes(content)

    with pytest.raises(StateError, match="move the folder away"):
        kept.load()


def test_a_damaged_snapshot_is_never_served(tmp_path: Path) -> None:
    kept, _ = started(tmp_path)
    newest = snapshots.newest(kept.snapshots)
    assert newest is not None
    newest.write_bytes(newest.read_bytes()[:-12])

    with pytest.raises(StateError, match="is damaged"):
        kept.load()


def test_old_snapshots_go_and_the_newest_counts(tmp_path: Path) -> None:
    rows: dict[Place, str] = {("task", "a"): '{"kind":"count"}'}
    for seq in (9, 10, 11, 100):
        snapshots.write(tmp_path, 7, seq, rows)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "7-10.ndjson.gz",
        "7-100.ndjson.gz",
        "7-11.ndjson.gz",
    ]
    newest = snapshots.newest(tmp_path)
    assert newest == tmp_path / "7-100.ndjson.gz"
    told = snapshots.described(newest, "https://feeds.example.com/s042/")
    assert (told.seq, told.rows) == (100, 1)
    assert told.url == "https://feeds.example.com/s042/7-100.ndjson.gz"
    assert told.bytes == newest.stat().st_size


def test_what_is_accepted_stands_in_every_later_manifest(tmp_path: Path) -> None:
    kept, feed = started(tmp_path)
    kept.append(feed.change(changes("a")))
    kept.accept(feed)
    kept.append(feed.change(changes("b")))

    again = kept.load()[0]

    assert again.accepts == kept.accepts() == Accepts(epoch=7, seq=1)
    assert again.seq == 2
    (tmp_path / state.ACCEPTS).write_text("{")
    with pytest.raises(StateError, match="accept again with --accept"):
        kept.accepts()
