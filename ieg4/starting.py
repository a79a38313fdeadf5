"""Starts a web server's process once the database answers, or ends it with a sentence that says why."""

from __future__ import annotations

import io
import logging
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError, connections

# Seconds; gunicorn by default kills a process that hasn't reported after 30.
PATIENCE = 20
REFUSED = 3  # on this exit code gunicorn stops, instead of starting the process again and again
AWAY = 1  # on this one it starts another process, which waits again
logger = logging.getLogger(__name__)


def checked(make: Callable, *, patience: float = PATIENCE):
    """The application that `make` gives, once settings, definitions and database are found in order.

    Ends the process with a sentence on standard error where one of them is wrong, and where the database still
    does not answer after so many seconds.
    """
    try:
        application = make()
        _check(time.monotonic() + patience)
    except (ImproperlyConfigured, SystemCheckError) as error:
        _end(f"Not started. {error}", REFUSED)
    except OperationalError as error:
        _end(
            f"Not started: the database does not answer ({_line(error)}). Start it, or correct DATABASE_URL.",
            AWAY,
        )
    return application


def _check(until: float) -> None:
    """The checks have passed. A web server runs none of its own, unlike manage.py.

    While the database is away they are tried again after one second, two, four and so on. Raises the last
    try's OperationalError once the next would come too late.
    """
    wait = 1
    while True:
        try:
            call_command("check", databases=["default"], stdout=io.StringIO(), stderr=io.StringIO())
            return
        except OperationalError as error:
            if time.monotonic() + wait > until:
                raise
            logger.warning("The database does not answer (%s). Trying again in %s s.", _line(error), wait)
            connections.close_all()
        time.sleep(wait)
        wait *= 2


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def _end(sentence: str, code: int) -> NoReturn:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201
    sys.exit(code)
