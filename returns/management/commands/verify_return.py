import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from returns.documents.verification import verify
from returns.models import DamagedCopy, Version

CODES = {"genuine": 0, "same": 1, "altered": 1, "foreign": 2}
DAMAGED = 3


class Command(BaseCommand):
    help = (
        "Checks whether a PDF is a stored version of a return. Exit code 0: genuine, 1: altered, or with the same "
        "content in other bytes, 2: not ours, 3: the stored version that it is compared with is damaged."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args, **options):
        try:
            body = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} can’t be read: {error.strerror}.", returncode=2) from error
        try:
            verdict = verify(body, Version.objects.all())
        except DamagedCopy as damage:
            raise CommandError(f"{damage} Restore it from a backup.", returncode=DAMAGED) from damage
        self.stdout.write(f"{verdict.title}. {verdict.sentence}")
        for each in verdict.differences:
            self.stdout.write(f"  {each.where}: stored {each.stored}; in the file {each.found}")
        sys.exit(CODES[verdict.kind])
