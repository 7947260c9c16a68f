"""What is written to standard error: one line per change of state, no secrets."""

from __future__ import annotations

import logging
import sys

import structlog

from gateway.settings import Log


def configure(settings: Log) -> None:
    """Set up structlog for the whole process."""
    text = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=24)
    json_lines = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            json_lines if settings.format == "json" else text,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
