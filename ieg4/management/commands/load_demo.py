import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from efficiency.register.demo import load_register
from returns.demo import FOLDER, load_council
from returns.models import Return


class Command(BaseCommand):
    help = "Loads the demonstration councils; existing data, answers included, are kept."

    def add_arguments(self, parser):
        parser.add_argument("--complete", action="store_true", help="leave nothing blank")

    def handle(self, *args, **options):
        if not settings.DEBUG:
            raise CommandError(
                "Demonstration people have a published password, so they are loaded only with DEBUG=1."
            )
        for path in sorted(FOLDER.glob("*.json")):
            council = json.loads(path.read_text())
            written = load_council(council, complete=options["complete"])
            self.stdout.write(f"{council['authority']['name']}: {written:,} answers written.")
            for return_ in Return.objects.filter(authority__slug=council["authority"]["slug"]):
                load_register(return_)
