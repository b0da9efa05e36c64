"""What Celery, kombu and redis-py log goes where our own lines go, at the same level."""

import logging

from errand.observability.logs import logger

_OTHERS = ("celery", "kombu", "redis")


class _ToOurLog(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        logger(record.name).log(record.levelno, record.getMessage(), exc_info=record.exc_info)


_handler = _ToOurLog(logging.WARNING)


def join_logs() -> None:
    """Done twice it is as done once."""
    for name in _OTHERS:
        logging.getLogger(name).addHandler(_handler)
