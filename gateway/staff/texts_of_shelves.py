"""What the staff site says when a sensor finds something wrong at a shelf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.web.words import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A trouble in words, and what to do."""

    tone: str
    title: Text
    advice: Text


COMPLAINTS: Mapping[str, Complaint] = {
    "shelf_nearly_empty": Complaint(
        tone="attention",
        title=Text(es="Casi vacío: {where}", en="Nearly empty: {where}"),
        advice=Text(es="Repón antes de que se acabe.", en="Fill it up before nothing is left."),
    ),
    "shelf_empty": Complaint(
        tone="attention",
        title=Text(es="Vacío: {where}", en="Empty: {where}"),
        advice=Text(
            es="Repón, o mira si queda en la bodega.", en="Fill it up, or see what is in the back."
        ),
    ),
    "shelf_too_warm": Complaint(
        tone="trouble",
        title=Text(es="Demasiado calor: {where}", en="Too warm: {where}"),
        advice=Text(
            es="Mira si la puerta cierra y el equipo enfría. Pon a salvo lo que se echa a perder.",
            en="See whether the door is shut and the unit cools. Save what would spoil.",
        ),
    ),
    "shelf_too_cold": Complaint(
        tone="trouble",
        title=Text(es="Demasiado frío: {where}", en="Too cold: {where}"),
        advice=Text(
            es="Mira el termostato. Pon a salvo lo que no debe helarse.",
            en="See to the thermostat. Save what must not freeze.",
        ),
    ),
    "shelf_left_open": Complaint(
        tone="attention",
        title=Text(es="Sigue abierta: {where}", en="Left open: {where}"),
        advice=Text(es="Ciérrala.", en="Shut it."),
    ),
}

OF_PRODUCT = Text(es="{product}, {where}", en="{product}, {where}")
