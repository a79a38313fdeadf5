import sys

from django.core.management.base import CommandError

from returns import history

from ._return import ReturnCommand


class Command(ReturnCommand):
    help = (
        "Proves that the history of a return is whole and that the return agrees with it. "
        "Exit code 0: whole, 1: broken, naming the first broken link, 2: unknown return or head. "
        "Lines that begin “To look at” change no exit code: people who both prepare and check figures, "
        "and names that are no longer those of the approved version."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--head",
            metavar="NUMBER:DIGEST",
            help="event and digest as an approved PDF prints them; shows whether the end of the history was cut off",
        )

    def handle(self, *args, **options):
        return_ = self.find_return(options)
        expected = _head(options["head"]) if options["head"] else None
        problems = history.check(return_, expected=expected)
        for problem in problems:
            self.stdout.write(problem)
        for remark in history.remarks(return_):
            self.stdout.write(f"To look at: {remark}")
        head = history.head(return_)
        if problems:
            self.stdout.write(f"{return_}: the history is broken, or the return differs from it.")
            sys.exit(1)
        self.stdout.write(f"{return_}: {head.number:,} events, whole. The last digest is {head.digest}.")


def _head(text: str) -> history.Head:
    number, _, digest = text.replace(",", "").replace(" ", "").partition(":")
    if not number.isdecimal() or not int(number) or len(digest) < 8 or set(digest) - set("0123456789abcdef"):
        raise CommandError(
            f"{text!r} isn’t a head. Type the event’s number, a colon and at least 8 digits of the digest, "
            "such as 1284:3055234e.",
            returncode=2,
        )
    return history.Head(int(number), digest)
