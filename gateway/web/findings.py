"""What a look at the box and its surroundings found, in words for the page and the command.

A check finds advice and says where it holds; whoever shows it chooses the language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from gateway.web.words import Text


class State(Enum):
    """How something stands; ``UNKNOWN`` where it could not be looked at."""

    GOOD = "good"
    ATTENTION = "attention"
    """It works, and somebody should see to it."""
    TROUBLE = "trouble"
    UNKNOWN = "unknown"


_WORST_FIRST = (State.TROUBLE, State.UNKNOWN, State.ATTENTION, State.GOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What can be wrong, and what to do about it; ``code`` is its name for programs.

    ``{name}`` places are the same in all four texts.
    """

    code: str
    what: Text
    do: Text
    state: State = State.TROUBLE

    def at(self, where: str, *, detail: str = "", **facts: str) -> Finding:
        """That it is so at ``where``; ``detail`` is of a log, in English."""
        return Finding(advice=self, where=where, facts=facts, detail=detail[:500])


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that somebody should know of. ``facts`` fill the places of the advice."""

    advice: Advice
    where: str
    facts: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""

    @property
    def state(self) -> State:
        """How bad it is."""
        return self.advice.state

    def what(self, language: str) -> str:
        """What is wrong."""
        return self.advice.what.say(language, **self.facts)

    def do(self, language: str) -> str:
        """What to do."""
        return self.advice.do.say(language, **self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One check with what it found; ``name`` is its own name for programs."""

    name: str
    title: Text
    findings: Sequence[Finding] = ()

    @property
    def state(self) -> State:
        """The worst of its findings; good without any."""
        return worst(finding.state for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole look, in the order of the checks."""

    checks: Sequence[Looked]

    @property
    def state(self) -> State:
        """The worst of all."""
        return worst(check.state for check in self.checks)

    @property
    def exit_code(self) -> int:
        """0 well, also where something asks for attention; 1 trouble; 2 could not look."""
        return {State.TROUBLE: 1, State.UNKNOWN: 2}.get(self.state, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report, and how many seconds ago it was made."""

    report: Report
    age_s: float = 0.0


def members(report: Report, language: str) -> dict[str, object]:
    """The report for programs, its words in one language."""
    return {
        "state": report.state.value,
        "checks": [
            {
                "check": check.name,
                "title": check.title.say(language),
                "state": check.state.value,
                "findings": [_members(finding, language) for finding in check.findings],
            }
            for check in report.checks
        ],
    }


def _members(finding: Finding, language: str) -> dict[str, str]:
    return {
        "code": finding.advice.code,
        "state": finding.state.value,
        "what": finding.what(language),
        "where": finding.where,
        "do": finding.do(language),
        "detail": finding.detail,
    }


def worst(states: Iterable[State]) -> State:
    """The worst of these; good when there is none."""
    return min(states, key=_WORST_FIRST.index, default=State.GOOD)
