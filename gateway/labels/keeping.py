"""The services beside planner and courier: what was shown is told, kept, checked and forgotten."""

from __future__ import annotations

from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.labels.contact import Contact, Way
from gateway.labels.opening_check import Checking, OpeningCheck
from gateway.labels.outages import Outages
from gateway.labels.parting import Farewell
from gateway.labels.price_telling import PriceTelling
from gateway.labels.proof_check import ProofCheck
from gateway.labels.upkeep import Upkeep
from gateway.lifecycle import Service
from gateway.settings import Settings
from gateway.store.database import Database


def services(
    database: Database,
    clock: Clock,
    settings: Settings,
    origin: Origin,
    ways: tuple[Way, Outages],
) -> list[Service]:
    """One of each."""
    checking = Checking(database=database, clock=clock, settings=settings, origin=origin)
    return [
        PriceTelling(database, clock, origin, within_s=settings.labels.shown_within_s),
        Contact(database, clock, *ways),
        Farewell(database, clock),
        ProofCheck(database, clock),
        OpeningCheck(checking),
        Upkeep(database, clock, settings.proof),
    ]
