"""Several people at one return at the same moment: `python -m tests.concurrency.racing contested_saves`.

A process of its own, since pytest keeps one connection in one transaction, which no second thread can share. What
comes of it is one line of JSON.
"""

import argparse
import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from tests.concurrency.accounts import contested_accounts  # noqa: E402
from tests.concurrency.approvals import approval_races  # noqa: E402
from tests.concurrency.asking import asking_while_drawn  # noqa: E402
from tests.concurrency.contested import contested_saves  # noqa: E402
from tests.concurrency.risks import contested_risks  # noqa: E402
from tests.concurrency.together import Deadline, without_guard  # noqa: E402

SCENARIOS = {
    scenario.__name__: scenario
    for scenario in (contested_saves, contested_risks, contested_accounts, approval_races, asking_while_drawn)
}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", choices=SCENARIOS)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2004)
    parser.add_argument("--limit", type=float, default=600, help="seconds for all of it")
    parser.add_argument("--without-guard", action="store_true", help="to see that the test would notice")
    options = parser.parse_args(arguments)
    if options.without_guard:
        without_guard()
    deadline = Deadline(options.limit)
    numbers = SCENARIOS[options.scenario](options, deadline)
    said = {"scenario": options.scenario, "engine": connection.vendor, "guarded": not options.without_guard}
    print(json.dumps(said | numbers | {"seconds": deadline.seconds}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
