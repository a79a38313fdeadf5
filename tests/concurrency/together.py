"""What all races need: threads with connections of their own, forms filled in, attempts that may fail."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import DatabaseError, connection
from django.db.models import QuerySet

from returns.acts import ActionRefused, Change, Saved
from returns.answers.reader import Entry
from returns.documents import queue
from returns.forms.answers import table_formset
from returns.models import Return

PATIENCE = 60  # seconds at a barrier, after which something hangs
WORDS = "kiosk payment library planning licence “online” café £120 on-line council".split()  # noqa: SIM905


class Deadline:
    """The time that a scenario may take as a whole."""

    def __init__(self, seconds: float):
        self.begun, self.limit = time.monotonic(), seconds

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.begun, 1)

    def check(self) -> None:
        if self.seconds > self.limit:
            raise TimeoutError(f"The scenario is not over after {self.limit:.0f} seconds.")


def without_guard() -> None:
    """No act takes a row lock from now on, neither the return's nor a record's: each reads as if it were alone.

    Nor does anybody who asks for a document look a second time.
    """

    def plain(self, **kwargs):
        return self.all()

    QuerySet.select_for_update = plain
    queue.ASKS = 1


def marchshire() -> Return:
    return Return.objects.select_related("authority").get(authority__slug="marchshire")


def text_of(chance: random.Random, head: str) -> str:
    """A text like no other, as long as the head differs."""
    return f"{head}: {' '.join(chance.choices(WORDS, k=chance.randint(3, 40)))}."


def typed(entry: Entry, field: str, text: str) -> list[Change]:
    """What the form of that record sends when somebody opens it now and types this text.

    The record alone is read anew: everything a page shows around it would take most of the time of a race.
    """
    entry.record.refresh_from_db()
    posted = {f"{entry.key}-{field}": text, f"{entry.key}-seen": str(entry.record.version)}
    formset = table_formset([entry], posted, only=(field,))
    if not formset.is_valid():
        raise ValueError(formset.errors)
    return formset.changes


def attempt(act: Callable, *args, **details):
    """What the act returned; or that it was refused, or what the database made of it."""
    try:
        return act(*args, **details)
    except (ActionRefused, DatabaseError) as error:
        return error


def acknowledged(told) -> bool:
    """Whether a saver was told that the text is saved."""
    return isinstance(told, Saved) and bool(told.events)


class Together:
    """People in threads, whom a barrier lets go at once; where one of them fails, nobody waits in vain."""

    def __init__(self, people: int):
        self.barrier = threading.Barrier(people, timeout=PATIENCE)
        self.pool = ThreadPoolExecutor(people)
        self.jobs: list[Future] = []

    def wait(self) -> None:
        self.barrier.wait()

    def submit(self, job: Callable, *args) -> None:
        self.jobs.append(self.pool.submit(self._run, job, *args))

    def _run(self, job: Callable, *args):
        try:
            return job(*args)
        except BaseException:
            self.barrier.abort()
            raise
        finally:
            connection.close()

    def results(self) -> list:
        """What each job returned. Raises what one of them failed of, rather than that the others waited in vain."""
        self.pool.shutdown()
        failures = [job.exception() for job in self.jobs if job.exception()]
        failures.sort(key=lambda failure: isinstance(failure, threading.BrokenBarrierError))
        if failures:
            raise failures[0]
        return [job.result() for job in self.jobs]
