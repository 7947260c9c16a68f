"""What became of each picture, told from what access points say of their tags.

A picture is *waiting* until its tag is about to check in; then the access point converts it and
*queues* it. The tag fetches it and says so: nothing is pending any more and the tag's count rose by
all that was, so it is *transferred*. The tag draws, and comes back at its next check-in: *shown*. A
picture whose MD5 equals that of what the tag holds is not sent again: it is shown, too. Anything
else went astray, and is handed over again.

Pure: no input or output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from device_drivers.api.drivers import (
    Failed,
    Foreign,
    Later,
    Outcome,
    Reason,
    Reported,
    Shown,
    Sighting,
    Transferred,
)
from device_drivers.labels.openepaperlink.protocol import OUR_MODE, REMOTE_MODE, Tag

MOST_CHECK_INS: Final = 3
"""A picture that is not on its way after so many check-ins of its tag is stuck."""

_NOT_FOREIGN: Final = frozenset({OUR_MODE, REMOTE_MODE})
_GONE: Final = Failed(reason=Reason.IMAGE_MISSING, detail="the access point has it no more")


@dataclass(slots=True, kw_only=True)
class Upload:
    """A picture that an access point has, or may have.

    ``answer`` is the access point's: still awaited, it took the picture, or none ever came. What
    was seen of the picture before the answer is kept in ``seen``: the tag's record, and whether it
    shows it. ``count`` is the tag's number of completed transfers when the picture was last seen
    waiting, ``ahead`` how many were pending then.
    """

    wish: str
    sha256: str
    via: str
    count: int
    ahead: int
    answer: Literal["awaited", "taken", "unknown"] = "awaited"
    seen: tuple[Tag, bool] | None = None
    waited: bool = False
    queued: bool = False
    check_ins: int = 0


@dataclass(slots=True, kw_only=True)
class Held:
    """A picture that the tag has; ``hash`` is what the access point calls it."""

    wish: str
    sha256: str
    via: str
    hash: str
    last_seen: int
    shown: bool


class Deliveries:
    """The pictures of one tag; what is to be told is returned.

    ``lost`` is set when the tag forgot a picture that it had.
    """

    def __init__(self, label: str) -> None:
        self.upload: Upload | None = None
        self.held: Held | None = None
        self.lost = False
        self._label = label
        self._commands = 0
        self._last: dict[str, Tag] = {}

    def known(self, wish: str, sha256: str, via: str) -> Outcome | None:
        """What a delivery of this picture comes to, when it need not be handed over (again)."""
        upload, held = self.upload, self.held
        if upload is None and held is not None and held.sha256 == sha256:
            held.wish = wish
            return Shown() if held.shown else Transferred()
        if upload is None or (upload.sha256, upload.via) != (sha256, via):
            return None
        if upload.answer != "taken" or upload.check_ins >= MOST_CHECK_INS:
            return None
        upload.wish = wish
        return Later(reason=Reason.AWAITING_LABEL)

    def repeated(self) -> None:
        """A person wants the picture once more: that the tag has it does not count."""
        self.held = None

    def begin(self, upload: Upload) -> None:
        """The first byte is about to leave."""
        self.upload, self.held = upload, None

    def accepted(self) -> list[Sighting]:
        """The access point said that it has the picture."""
        upload = self.upload
        if upload is None:
            return []
        upload.answer = "taken"
        return [] if upload.seen is None else self._has(upload, *upload.seen)

    def unanswered(self) -> None:
        """Nobody knows whether the picture arrived: what comes of it proves nothing."""
        if self.upload is not None and self.upload.answer == "awaited":
            self.upload.answer = "unknown"

    def refused(self) -> None:
        """The access point did not take the picture."""
        self.upload = None

    def commanded(self) -> None:
        """A command of ours is pending for the tag; it will count as a transfer."""
        self._commands += 1

    def started_anew(self, via: str) -> bool:
        """The access point forgot what was pending; True when that was a picture of ours."""
        self._commands = 0
        if self.upload is None or self.upload.via != via:
            return False
        self.upload = None
        return True

    def new_image(self, via: str) -> list[Sighting]:
        """The access point put a picture into the tag's queue."""
        upload = self.upload
        if upload is not None and upload.via == via and not upload.queued:
            upload.queued = True
            return []
        return self._foreign("the access point has another picture for it")

    def timed_out(self, via: str) -> list[Sighting]:
        """The tag stopped fetching; the access point dropped all that was pending for it."""
        upload, self._commands = self.upload, 0
        if upload is None or upload.via != via:
            return []
        if not upload.queued:
            upload.ahead = 0
            return []
        self.upload = None
        failed = Failed(reason=Reason.NO_ANSWER, detail="it stopped fetching")
        return self._failed(upload, failed)

    def same(self, tag: Tag, via: str) -> list[Sighting] | None:
        """The access point made a picture equal to what its tag holds; None: not this tag's.

        ``tag`` is the record that came right after it said so.
        """
        upload, before = self.upload, self._last.get(via)
        if upload is None or upload.via != via or upload.queued or before is None:
            return None
        if before.next_update != 0 or tag.next_update == 0 or tag.pending:
            return None
        self._last[via] = tag
        return self._has(upload, tag, shown=True)

    def record(self, tag: Tag, via: str, *, heard_all: bool) -> list[Sighting]:
        """The tag's record; ``heard_all`` says that no word was missed since the last one."""
        before = self._last.get(via)
        self._last[via] = tag
        upload = self.upload
        if upload is not None and upload.via == via:
            upload.check_ins += before is not None and tag.last_seen > before.last_seen
            return self._of_upload(upload, tag) if upload.seen is None else []
        if self.held is None:
            return []
        if self.held.via == via:
            return self._of_held(self.held, tag, before or tag, heard_all=heard_all)
        if before is not None and tag.update_count > before.update_count and not tag.external:
            # What waited for it there since it was there last has gone over the newer picture.
            self.held, self.lost = None, True
        return []

    def _of_upload(self, upload: Upload, tag: Tag) -> list[Sighting]:
        if tag.mode not in _NOT_FOREIGN and upload.waited:
            return self._foreign("the access point shows something else on it")
        # A count that went back is that of an access point which started anew.
        upload.count = min(upload.count, tag.update_count)
        if tag.next_update == 0:
            upload.waited, upload.queued = True, False
            upload.count, upload.ahead = tag.update_count, tag.pending
            return []
        if tag.pending:
            upload.queued = upload.queued or upload.waited
            return []
        done = tag.update_count - upload.count
        if not (upload.waited or upload.queued or done > 0):
            # A word from before the picture was handed over.
            return []
        enough = done > upload.ahead + self._commands
        self._commands = 0
        if enough:
            return self._has(upload, tag, shown=False)
        self.upload = None
        return self._failed(upload, _GONE) if upload.answer == "taken" else []

    def _of_held(self, held: Held, tag: Tag, before: Tag, *, heard_all: bool) -> list[Sighting]:
        """The tag has a picture of ours: is it still there, was it drawn."""
        if tag.update_count > before.update_count:
            # With every word heard, a transfer without a new picture was a command.
            if not (self._commands or heard_all):
                return self._foreign("it took something that was not ours")
            self._commands = max(self._commands - 1, 0)
            held.hash = tag.hash
        elif tag.has_lost_picture or (tag.hash != held.hash and not tag.hash.strip("0")):
            self.held, self.lost = None, True
            return []
        if tag.mode not in _NOT_FOREIGN:
            return self._foreign("the access point shows something else on it")
        if held.shown or tag.last_seen <= held.last_seen:
            return []
        held.shown = True
        return self._told(held, tag)

    def _has(self, upload: Upload, tag: Tag, shown: bool) -> list[Sighting]:  # noqa: FBT001 - kept so
        """The tag has the picture; that is told when it is certain that the picture is ours."""
        if upload.answer == "awaited":
            upload.seen = tag, shown
            return []
        self.upload = None
        if upload.answer == "unknown":
            return []
        self.held = Held(
            wish=upload.wish,
            sha256=upload.sha256,
            via=upload.via,
            hash=tag.hash,
            last_seen=tag.last_seen,
            shown=shown,
        )
        return self._told(self.held, tag)

    def _told(self, held: Held, tag: Tag) -> list[Sighting]:
        return [
            Reported(
                label=self._label,
                wish=held.wish,
                sha256=held.sha256,
                outcome=Shown() if held.shown else Transferred(),
                telemetry=tag.telemetry,
            )
        ]

    def _failed(self, upload: Upload, outcome: Failed) -> list[Sighting]:
        wish, sha256 = upload.wish, upload.sha256
        return [Reported(label=self._label, wish=wish, sha256=sha256, outcome=outcome)]

    def _foreign(self, detail: str) -> list[Sighting]:
        """Somebody else showed something on a label that had, or was to get, a picture of ours."""
        was_ours = self.upload is not None or self.held is not None
        self.upload = self.held = None
        return [Foreign(label=self._label, detail=detail)] if was_ours else []
