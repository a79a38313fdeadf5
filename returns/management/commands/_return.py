"""Finding the return that a command names."""

from django.core.management.base import BaseCommand, CommandError

from returns.models import Authority, Return


class ReturnCommand(BaseCommand):
    """A command about one return, named by council and round."""

    def add_arguments(self, parser):
        parser.add_argument("authority", help="the council's short name, such as marchshire")
        parser.add_argument("round", help="the round, such as ieg4")

    def find_return(self, options) -> Return:
        """The return; an unknown one ends the command with exit code 2."""
        authority = Authority.objects.filter(slug=options["authority"]).first()
        if authority is None:
            known = ", ".join(Authority.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(
                f"There is no council {options['authority']!r} here. Known: {known}.", returncode=2
            )
        found = authority.returns.select_related("authority").filter(round=options["round"]).first()
        if found is None:
            known = ", ".join(authority.returns.values_list("round", flat=True)) or "none"
            raise CommandError(
                f"{authority.name} has no return {options['round']!r}. Known: {known}.", returncode=2
            )
        return found
