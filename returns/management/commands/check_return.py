import json
import sys

from returns.checks.completeness import assess

from ...values import wording
from ._return import ReturnCommand


class Command(ReturnCommand):
    help = "Lists what blocks a return. Exit code 0: nothing, 1: blockers, 2: unknown return."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")

    def handle(self, *args, **options):
        return_ = self.find_return(options)
        assessment = assess(return_)
        if options["json"]:
            self.stdout.write(json.dumps(_as_dict(assessment), indent=2, ensure_ascii=False))
        else:
            self._print(assessment)
        if assessment.blockers:
            sys.exit(1)

    def _print(self, assessment):
        tally = assessment.tally
        return_ = assessment.answers.return_
        self.stdout.write(
            f"{return_}: {tally.answered:,} of {tally.required:,} required answers given ({tally.percent}%)."
        )
        for blocker in assessment.blockers:
            who = blocker.owner or "no one yet"
            self.stdout.write(f"  {blocker.message}. {who}. {blocker.url}")
        count = len(assessment.blockers)
        exposed = wording.pounds(assessment.exposure_gbp)
        self.stdout.write(f"{exposed} is at risk: {wording.counted(count, 'blocker')} left.")


def _as_dict(assessment) -> dict:
    return_, tally = assessment.answers.return_, assessment.tally
    return {
        "authority": return_.authority.slug,
        "round": return_.round,
        "status": return_.status,
        "exposure_gbp": assessment.exposure_gbp,
        "grant_gbp": assessment.grant_gbp,
        "required": tally.required,
        "answered": tally.answered,
        "percent": tally.percent,
        "blockers": [blocker.as_dict() for blocker in assessment.blockers],
    }
