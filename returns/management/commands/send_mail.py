import signal
import threading

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from returns.messages.mail import send_queued
from returns.values import wording

PAUSE = 15  # seconds between checks of the queue


class Command(BaseCommand):
    help = "Sends the queued e-mail once, or with --watch until it is ended."

    def add_arguments(self, parser):
        parser.add_argument("--watch", action="store_true", help="keep checking the queue")

    def handle(self, *args, **options):
        if not options["watch"]:
            sent, failed = send_queued()
            self.stdout.write(f"{wording.counted(sent, 'e-mail')} sent, {failed:,} postponed.")
            return
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        while not ended.is_set():
            try:
                send_queued()
            except DatabaseError as error:
                self.stderr.write(
                    f"The queue can’t be read just now: {error}. Trying again in {PAUSE} seconds."
                )
            close_old_connections()
            ended.wait(PAUSE)
