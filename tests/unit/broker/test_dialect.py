"""Which MQTT is tried next, after everything that can happen to an attempt."""

from __future__ import annotations

from gateway.broker.dialect import SILENT_CLOSES, SILENT_CLOSES_AFTER_5, Dialect


def tried(dialect: Dialect, closes: int) -> list[str]:
    """The versions of the attempts that end in a silent close."""
    versions: list[str] = []
    for _ in range(closes):
        versions.append(dialect.version)
        dialect.closed()
    return versions


def test_a_refusal_of_the_protocol_is_proof_at_once() -> None:
    dialect = Dialect("auto")
    dialect.refused()
    assert dialect.version == "3.1.1"
    assert dialect.fell_back


def test_a_proven_old_broker_is_not_asked_again_after_an_outage() -> None:
    dialect = Dialect("auto")
    dialect.refused()
    dialect.connected()
    dialect.outage()
    assert dialect.version == "3.1.1"


def test_silent_closes_alternate_and_mqtt_5_keeps_the_larger_share() -> None:
    assert tried(Dialect("auto"), 8) == ["5", "5", "5", "3.1.1", "5", "5", "5", "3.1.1"]


def test_only_silent_closes_in_a_row_count() -> None:
    dialect = Dialect("auto")
    for _ in range(SILENT_CLOSES):
        tried(dialect, SILENT_CLOSES - 1)
        dialect.failed()
    assert dialect.version == "5"


def test_an_outage_begins_with_mqtt_5_where_3_1_1_was_only_a_guess() -> None:
    dialect = Dialect("auto")
    assert tried(dialect, SILENT_CLOSES) == ["5"] * SILENT_CLOSES
    dialect.connected()
    assert dialect.fell_back
    dialect.outage()
    assert dialect.version == "5"


def test_an_outage_begins_with_mqtt_5_where_it_once_worked() -> None:
    dialect = Dialect("auto")
    dialect.connected()
    dialect.refused()
    dialect.connected()
    assert dialect.fell_back
    dialect.outage()
    assert dialect.version == "5"


def test_where_mqtt_5_once_worked_it_takes_many_silent_closes() -> None:
    dialect = Dialect("auto")
    dialect.connected()
    dialect.outage()
    assert set(tried(dialect, SILENT_CLOSES_AFTER_5)) == {"5"}
    assert dialect.version == "3.1.1"


def test_a_version_that_was_set_is_never_left() -> None:
    for wanted in ("5", "3.1.1"):
        dialect = Dialect(wanted)
        tried(dialect, SILENT_CLOSES)
        dialect.refused()
        dialect.outage()
        assert dialect.version == wanted
        assert not dialect.fell_back
