"""What became of a file, in plain lines for people: the same words wherever it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from gateway.domain.guarding import Cause
from gateway.feed import holding
from gateway.feed.sources.catalogue_file import CatalogueFile
from gateway.feed.sources.difference import EXAMPLES, Difference
from gateway.feed.sources.files import Compared, Imported
from gateway.settings import Kind, Settings
from gateway.wording.counting import counted


def imported(
    done: Imported, settings: Settings, *, most: int, meant: str = "--replace"
) -> Iterator[str]:
    """The lines after an import; at most ``most`` problems of each sort are listed.

    ``meant`` is how whoever sent the file says that all of it is meant.
    """
    yield from _file(done.file, most)
    for row in done.refused[:most]:
        yield f"  refused {row.kind} {row.key}: {row.message}"
    yield from _left_out(done.left_out, settings)
    if done.removed and not done.held:
        yield f"Removed, because this file lacks them: {counted(done.removed, 'article')}."
    elif done.removed:
        yield f"Not in this file: {counted(done.removed, 'article')}."
    if done.held:
        held = "row of files is held" if done.held == 1 else "rows of files are held"
        yield (
            f"{done.held} {held}: too much changes, or too oddly. What was in "
            "force stays until a manager accepts them on the page Today"
            f"{f', or the file is imported with {meant}' if done.file.whole else ''}."
        )
    wrong = done.file.problem_count + done.refused_total
    if wrong:
        problems = counted(wrong, "problem")
        rest = "" if done.held else "; the rest is in force"
        yield f"{problems}{rest}. Mend the file and import it again."
    elif not done.held:
        yield "All of it is in force."


def compared(
    found: Compared, settings: Settings, *, most: int, meant: str = "--replace"
) -> Iterator[str]:
    """The lines of a dry run; the rest as ``imported``."""
    yield from _file(found.file, most)
    for kind, key, refusal in found.difference.refused[:most]:
        yield f"  would be refused: {kind} {key}: {refusal.message}"
    yield from _left_out(found.difference.left_out, settings)
    yield from difference(found.difference, most, f", or until {meant} says it is meant")
    if found.refusal is not None:
        yield f"It would be refused: {found.refusal}"
    if found.difference.kinds or found.refusal is not None:
        yield "Nothing was changed."


def _file(file: CatalogueFile, most: int) -> Iterator[str]:
    named = (("article", "product"), ("group", "group"), ("stock level", "stock"))
    found = ", ".join(counted(count, word) for word, kind in named if (count := file.count(kind)))
    lines = counted(file.lines, "line")
    yield f"{file.format}, {file.encoding}: {lines}, {found or 'nothing of use'}"
    for problem in file.problems[:most]:
        yield f"  line {problem.line}, {problem.column}: {problem.message}"
    if file.problem_count > most:
        yield f"  and {counted(file.problem_count - most, 'problem')} more"


def _left_out(left_out: Mapping[str, int], settings: Settings) -> Iterator[str]:
    for kind, count in left_out.items():
        owner = settings.source_of(cast("Kind", kind))
        rows = counted(count, "row")
        yield f"  left out {rows} of kind {kind}: that comes from {owner} in this shop"
    if left_out:
        kind = next(iter(left_out))
        yield f'  to take them from files, write {kind} = "files" and so on under [sources]'


def difference(found: Difference, most: int, otherwise: str = "") -> Iterator[str]:
    """What would change, kind by kind, with the first keys, and what the guard would hold.

    ``otherwise`` says how that ends beside being accepted.
    """
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
    stand = "label stands" if len(labels) == 1 else "labels stand"
    yield f"  {len(labels)} {stand} for what changes{named}"
    if found.held:
        rows = counted(len(found.held), "row")
        yield f"The guard would hold {rows} until a manager accepts{otherwise}:"
        yield from _would_be_held(found, most)


def _would_be_held(found: Difference, most: int) -> Iterator[str]:
    for cause in (Cause.DELETES, Cause.PRICES):
        keys = [f"{kind} {key}" for (kind, key), (why, _) in found.held.items() if why is cause]
        if keys:
            first = keys[:EXAMPLES]
            named = f"{', '.join(first)}{_more(len(keys), len(first))}"
            yield f"  {holding.why_held(cause, len(keys), '')}: {named}"
    odd = [(place, words) for place, (_, words) in found.held.items() if words]
    for (kind, key), words in odd[:most]:
        yield f"  {kind} {key}: {words}"
    if len(odd) > most:
        yield f"  and {counted(len(odd) - most, 'price')} more"


def _more(total: int, shown: int) -> str:
    return f" and {total - shown} more" if total > shown else ""
