import signal
import threading

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection

from returns.documents.queue import SLOTS, draw_next, sweep
from returns.values import wording

PAUSE = 1  # seconds between checks of the queue
SWEEP = 3600  # checks between two removals of old PDFs; the first removal comes with the first check


class Command(BaseCommand):
    help = "Makes the PDFs that are queued, once, or with --watch until it is ended."

    def add_arguments(self, parser):
        parser.add_argument("--watch", action="store_true", help="keep checking the queue")

    def handle(self, *args, **options):
        if not options["watch"]:
            sweep()
            count = 0
            while draw_next():
                count += 1
            self.stdout.write(f"{wording.counted(count, 'attempt')} made.")
            return
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        slots = [threading.Thread(target=self._draw_until, args=(ended,)) for _ in range(SLOTS)]
        for slot in slots:
            slot.start()
        for slot in slots:
            slot.join()

    def _draw_until(self, ended: threading.Event) -> None:
        """Works on the queue until it is ended; a PDF that has been begun is finished first."""
        looks = 0
        while not ended.is_set():
            looks += 1
            try:
                if looks % SWEEP == 1:
                    sweep()
                while not ended.is_set() and draw_next():
                    pass
            except DatabaseError as error:
                self.stderr.write(f"The queue can’t be read just now: {error}. Trying again.")
            close_old_connections()
            ended.wait(PAUSE)
        connection.close()
