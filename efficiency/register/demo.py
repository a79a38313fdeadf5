"""The registers of the demonstration councils, written through the same acts as anyone's.

That customer service and e-procurement have been slow, and which offices sponsor what is done about the first, is
what the committee report of 16 December 2004 says; figures, days and the rest are invented with the councils.
"""

import datetime
from decimal import Decimal

from returns import clock
from returns.messages.notices import with_roles
from returns.models import Return, Role

from .acts import add_risk

BEGUN = datetime.datetime(2004, 12, 7, 16, 40, tzinfo=datetime.UTC)

RISKS = {
    "marchshire": [
        {
            "title": "Customer service: progress has been slow",
            "cause": "There is no one customer record yet. The system in use since June serves street scene alone, "
            "and its extension waits for the second phase of the contact centre.",
            "likelihood": 4,
            "impact": 4,
            "money_exposed": None,
            "member_sponsor": "Councillor Anne Holroyd, Cabinet Member, Human Resources and Support Services",
            "executive_sponsor": "Gareth Munn, Director of Policy and Community",
            "action": "The Service Improvement Programme brings two of five service groups on to the shared record "
            "by December 2005, and reports to its member sponsor each quarter.",
            "due": datetime.date(2005, 12, 31),
            "lines": ["R27", "G25"],
        },
        {
            "title": "e-Procurement: progress has been slow",
            "cause": "Paperless ordering works in two departments only. The purchasing module can’t be rolled out "
            "before the ledger is replaced, so the required date will be missed.",
            "likelihood": 5,
            "impact": 3,
            # Procurement’s own forecast of gains for 2005/06: 165.0 cashable and 38.0 not, £ thousand.
            "money_exposed": Decimal("203000.00"),
            "member_sponsor": "",
            "executive_sponsor": "Colin Tranter, Head of Procurement and Property",
            "action": "Let the contract for the new ledger in January 2005 and put ordering first in its roll-out; "
            "every department names the savings it will make with it.",
            "due": datetime.date(2005, 1, 31),
            "lines": ["R9", "R10"],
        },
    ],
}


def load_register(return_: Return) -> int:
    """Adds the demonstration's risks to a register that is empty; returns how many."""
    risks = RISKS.get(return_.authority.slug, [])
    lead = next(iter(with_roles(return_, Role.LEAD)), None)
    if lead is None or return_.risks.exists():
        return 0
    with clock.stopped_at(BEGUN):
        for values in risks:
            add_risk(return_=return_, by=lead, values=values)
    return len(risks)
