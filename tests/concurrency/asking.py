"""One person asks for the same document in several windows while a worker finishes each as soon as it waits."""

from __future__ import annotations

import sys
import threading

from returns.documents import queue
from returns.models import Drawing, User
from tests.concurrency.together import Deadline, Together, marchshire
from tests.support.poison import GOOD

WINDOWS = 3


def asking_while_drawn(options, deadline: Deadline) -> dict:
    """Each window asks so many times. Every time it is given a drawing of that document, added or already there."""
    sys.setswitchinterval(1e-5)  # the moment between a refusal and the next look is a short one
    together, over = Together(WINDOWS + 1), threading.Event()
    still_asking = threading.Semaphore(0)

    def ask() -> list:
        person, return_, told = User.objects.get(username="lead"), marchshire(), []
        together.wait()
        try:
            for _ in range(options.times):
                deadline.check()
                told.append(_asked(person, return_))
        finally:
            still_asking.release()
        return told

    def draw() -> int:
        together.wait()
        finished = 0
        while not over.is_set():
            deadline.check()
            if taken := queue._claim():
                queue._settle(taken, Drawing.State.DONE, pdf=b"%PDF-", pdf_size=5)
                finished += 1
                Drawing.objects.filter(state=Drawing.State.DONE).delete()
        return finished

    for job in [ask] * WINDOWS + [draw]:
        together.submit(job)
    for _ in range(WINDOWS):
        still_asking.acquire()
    over.set()
    *windows, finished = together.results()

    told = [each for window in windows for each in window]
    return {
        "asked": len(told),
        "given": told.count("given"),
        "errors": sorted(set(told) - {"given"}),
        "finished_meanwhile": finished > options.times // 10,
        "left": Drawing.objects.filter(state__in=("waiting", "taken")).count() <= 1,
    }


def _asked(person: User, return_) -> str:
    """Whether a drawing was given, or the error that a page would have answered 500 with."""
    try:
        given = queue.ask(GOOD, document="return", title="The return", return_=return_, by=person)
    except Exception as error:
        return type(error).__name__
    return "given" if (given.requested_by_id, given.document) == (person.pk, "return") else "another"
