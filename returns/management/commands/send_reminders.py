import datetime

from django.core.management.base import BaseCommand, CommandError

from returns import clock
from returns.acts.reminding import send_due
from returns.messages.mail import send_queued
from returns.models import Return
from returns.values import wording


class Command(BaseCommand):
    help = "Reminds everyone who holds a blocker that is due soon or late, once a day, and sends the queued e-mail."

    def add_arguments(self, parser):
        parser.add_argument("--today", metavar="YYYY-MM-DD", help="the day to use instead of today")

    def handle(self, *args, **options):
        today = _day(options["today"]) if options["today"] else clock.today()
        told = 0
        for return_ in Return.objects.select_related("authority").order_by("pk"):
            notices = send_due(return_=return_, today=today)
            told += len(notices)
            for notice in notices:
                self.stdout.write(f"{return_.authority.slug}: {notice.person.username}: {notice.subject}")
        sent, failed = send_queued()
        self.stdout.write(f"{told:,} reminded; {wording.counted(sent, 'e-mail')} sent, {failed:,} postponed.")


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} isn’t a day. Type it like 2004-12-08.") from error
