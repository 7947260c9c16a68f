"""What became of a file, in plain lines for people: the same words wherever it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from gateway.feed.sources.catalogue_file import CatalogueFile
from gateway.feed.sources.difference import Difference
from gateway.feed.sources.files import Compared, Imported
from gateway.settings import Kind, Settings


def imported(done: Imported, settings: Settings, *, most: int) -> Iterator[str]:
    """The lines after an import; at most ``most`` problems of each sort are listed."""
    yield from _file(done.file, most)
    for row in done.refused[:most]:
        yield f"  refused {row.kind} {row.key}: {row.message}"
    yield from _left_out(done.left_out, settings)
    if done.removed and not done.held:
        yield f"{done.removed} articles that this file lacks were removed."
    elif done.removed:
        yield f"{done.removed} articles are not in this file."
    if done.held:
        yield (
            f"{done.held} rows of files are held: too much changes, or too oddly. What was in "
            "force stays until a manager accepts them on the page Today"
            f"{', or the file is imported with --replace' if done.file.whole else ''}."
        )
    wrong = done.file.problem_count + done.refused_total
    if wrong or not done.held:
        yield f"{wrong} problems." if wrong else "All of it is in force."


def compared(found: Compared, settings: Settings, *, most: int) -> Iterator[str]:
    """The lines of a dry run."""
    yield from _file(found.file, most)
    for kind, key, refusal in found.difference.refused[:most]:
        yield f"  would be refused: {kind} {key}: {refusal.message}"
    yield from _left_out(found.difference.left_out, settings)
    yield from difference(found.difference, most)
    if found.refusal is not None:
        yield f"It would be refused: {found.refusal}"
    yield "Nothing was changed."


def _file(file: CatalogueFile, most: int) -> Iterator[str]:
    counted = (("articles", "product"), ("groups", "group"), ("stock levels", "stock"))
    found = ", ".join(f"{count} {word}" for word, kind in counted if (count := file.count(kind)))
    yield f"{file.format}, {file.encoding}: {file.lines} lines, {found or 'nothing of use'}"
    for problem in file.problems[:most]:
        yield f"  line {problem.line}, {problem.column}: {problem.message}"
    if file.problem_count > most:
        yield f"  and {file.problem_count - most} problems more"


def _left_out(left_out: Mapping[str, int], settings: Settings) -> Iterator[str]:
    for kind, count in left_out.items():
        owner = settings.source_of(cast("Kind", kind))
        yield f"  left out {count} rows of kind {kind}: they come from {owner} in this shop"


def difference(found: Difference, most: int) -> Iterator[str]:
    """What would change, kind by kind, with the first keys."""
    if not found.kinds:
        yield "Nothing would change."
        return
    yield "This would change:"
    for kind, one in found.kinds.items():
        yield f"  {kind}: {one.added} new, {one.changed} changed, {one.removed} removed"
        for what, keys in one.examples.items():
            if keys:
                total = getattr(one, what)
                yield f"    {what}: {', '.join(keys)}{_more(total, len(keys))}"
    labels = found.labels
    named = f": {', '.join(labels[:most])}{_more(len(labels), most)}" if labels else ""
    yield f"  {len(labels)} labels stand for what changes{named}"


def _more(total: int, shown: int) -> str:
    return f" and {total - shown} more" if total > shown else ""
