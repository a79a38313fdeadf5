"""Who may do what on which page, in which state of the return: written by hand, never computed from the rules.

Each page has a row for reading it (GET) and one for acting on it (POST): groups of roles, each with the code
it gets in every state, or with six codes in the order of STATES. Every role stands in every row, once. Without
a row for acting a page is only read: POST is 405 to whoever may open it, and the same refusal as the page itself
to anybody else. PUT and DELETE are nobody's.

    200 422      the page, or the page with the errors of an empty form: the door is open
    on           sent on to another page of ours: the door is open
    in           sent to sign in
    403 404      refused; the page of something one may not know of looks as if it were not there
    405          the page has no such method
    409          refused for now, and told why: locked, or a condition of the act is not met
"""

from dataclasses import dataclass

from django.urls import URLPattern, get_resolver

# The order of six codes. Reopened is the state that elements are sent back to after approval: here R3, the
# officer's figures for EF1 and nothing else. Wyeborough's Cabinet gave the delegate power until 20 December 2004.
STATES = ["preparing", "with_cabinet", "reopened", "approved", "amending", "submitted"]

# Who they are in Wyeborough; the officer and the delegate, who is a head, are of corporate services.
ROLES = {
    "anonymous": None,
    "closed": "wyeborough-former-lead",  # whose account was closed after signing in
    "lead": "wyeborough-lead",
    "finance": "wyeborough-finance",
    "clerk": "wyeborough-clerk",
    "cabinet": "wyeborough-cabinet",
    "admin": "wyeborough-admin",
    "officer": "wyeborough-officer-corporate",
    "delegate": "wyeborough-head-corporate",
    "other-officer": "wyeborough-officer-housing",
    "other-head": "wyeborough-head-planning",
    "other-council": "lead",  # of Marchshire
}


@dataclass(frozen=True)
class Page:
    """One address under one name, with its rows."""

    address: str
    get: dict[str, str]
    post: dict[str, str] | None = None


STRANGERS = {"anonymous closed": "in"}
OUTSIDE = STRANGERS | {"other-council": "404"}

# Rows for reading.
EVERY_ONE_OF_US = OUTSIDE | {
    "lead finance clerk cabinet admin officer delegate other-officer other-head": "200",
}
EVERYBODY = {
    "anonymous closed other-council": "200",
    "lead finance clerk cabinet admin officer delegate other-officer other-head": "200",
}
NOT_THERE = OUTSIDE | {
    "lead finance clerk cabinet admin officer delegate other-officer other-head": "404",
}
READERS = OUTSIDE | {
    "lead finance clerk cabinet officer delegate other-officer other-head": "200",
    "admin": "403",
}
VERIFY = OUTSIDE | {
    "lead finance clerk cabinet officer delegate other-officer other-head": "422",
    "admin": "403",
}
# Editing the covering report: the clerk's, until Cabinet has decided.
REPORTING = OUTSIDE | {
    "clerk": "200 200 200 403 403 403",
    "lead finance cabinet admin officer delegate other-officer other-head": "403",
}
REPORTED = OUTSIDE | {
    "clerk": "422 422 422 403 403 403",
    "lead finance cabinet admin officer delegate other-officer other-head": "403",
}
# An empty form brings the draft back, which is there already.
REPORT_EDITED = OUTSIDE | {
    "clerk": "on on on 403 403 403",
    "lead finance cabinet admin officer delegate other-officer other-head": "403",
}
WATCHERS = OUTSIDE | {
    "lead finance clerk": "200",
    "cabinet admin officer delegate other-officer other-head": "403",
}
CHECK_KEYED = OUTSIDE | {
    "lead finance clerk": "422",
    "cabinet admin officer delegate other-officer other-head": "403",
}
PACK = OUTSIDE | {
    "lead finance clerk cabinet": "200",
    "admin officer delegate other-officer other-head": "403",
}
WORKERS = OUTSIDE | {
    "lead officer delegate other-officer other-head": "200",
    "finance clerk cabinet admin": "403",
}
ADMIN = OUTSIDE | {
    "admin": "200",
    "lead finance clerk cabinet officer delegate other-officer other-head": "403",
}
ADMIN_FORM = ADMIN | {"admin": "422"}
LEAD = OUTSIDE | {
    "lead": "200",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
# The pages of a section: everybody but Cabinet members, who read copies.
SECTION = OUTSIDE | {
    "lead finance clerk officer delegate other-officer other-head": "200",
    "cabinet": "404",
    "admin": "403",
}
NOT_POSTED = OUTSIDE | {
    "lead finance clerk cabinet officer delegate other-officer other-head": "405",
    "admin": "403",
}
CORPORATE = OUTSIDE | {
    "lead finance clerk officer delegate": "200",
    "cabinet admin other-officer other-head": "404",
}
HOUSING = OUTSIDE | {
    "lead finance clerk other-officer": "200",
    "cabinet admin officer delegate other-head": "404",
}
# What the delegate may amend the delegate may read, of whichever department.
HOUSING_PROVISIONAL = OUTSIDE | {
    "lead finance clerk delegate other-officer": "200",
    "cabinet admin officer other-head": "404",
}
PLANNING_PROVISIONAL = OUTSIDE | {
    "lead finance clerk delegate other-head": "200",
    "cabinet admin officer other-officer": "404",
}
COUNCIL_LINE = OUTSIDE | {
    "lead finance clerk": "200",
    "cabinet admin officer delegate other-officer other-head": "404",
}
COUNCIL_PROVISIONAL = OUTSIDE | {
    "lead finance clerk delegate": "200",
    "cabinet admin officer other-officer other-head": "404",
}

# Rows for acting. A line's empty form changes nothing and leads back; an amendment asks why first.
ANSWER_R3 = OUTSIDE | {
    "lead officer delegate": "on  409 on  409 409 409",
    "finance clerk": "        403 409 403 409 409 409",
    "cabinet admin other-officer other-head": "404",
}
ANSWER_CORPORATE = OUTSIDE | {  # an outcome, not sent back
    "lead officer delegate": "on  409 409 409 409 409",
    "finance clerk": "        403 409 409 409 409 409",
    "cabinet admin other-officer other-head": "404",
}
ANSWER_HOUSING = OUTSIDE | {
    "lead other-officer": "on  409 409 409 409 409",
    "finance clerk": "     403 409 409 409 409 409",
    "cabinet admin officer delegate other-head": "404",
}
ANSWER_COUNCIL = OUTSIDE | {
    "lead": "         on  409 409 409 409 409",
    "finance clerk": "403 409 409 409 409 409",
    "cabinet admin officer delegate other-officer other-head": "404",
}
ANSWER_CORPORATE_COUNTS = OUTSIDE | {
    "officer delegate": "  on  409 409 409 409 409",
    "lead finance clerk": "403 409 409 409 409 409",
    "cabinet admin other-officer other-head": "404",
}
ANSWER_HOUSING_COUNTS = OUTSIDE | {
    "other-officer": "     on  409 409 409 409 409",
    "lead finance clerk": "403 409 409 409 409 409",
    "cabinet admin officer delegate other-head": "404",
}
ANSWER_CORPORATE_GAINS = OUTSIDE | {  # sent back
    "officer": "           on  409 on  409 409 409",
    "delegate": "          on  409 on  409 422 409",
    "lead finance clerk": "403 409 403 409 409 409",
    "cabinet admin other-officer other-head": "404",
}
ANSWER_HOUSING_GAINS = OUTSIDE | {
    "other-officer": "     on  409 409 409 409 409",
    "delegate": "          403 409 409 409 422 409",
    "lead finance clerk": "403 409 409 409 409 409",
    "cabinet admin officer other-head": "404",
}
ANSWER_PLANNING_CASE = OUTSIDE | {
    "other-head": "        on  409 409 409 409 409",
    "delegate": "          403 409 409 409 422 409",
    "lead finance clerk": "403 409 409 409 409 409",
    "cabinet admin officer other-officer": "404",
}
ANSWER_GAINS_NOTE = OUTSIDE | {
    "lead": "         on  409 409 409 409 409",
    "delegate": "     403 409 409 409 422 409",
    "finance clerk": "403 409 409 409 409 409",
    "cabinet admin officer other-officer other-head": "404",
}
ANSWER_GRID = OUTSIDE | {
    "lead officer delegate": "on  409 on  409 409 409",
    "other-officer": "        on  409 on  409 409 409",
    "other-head": "           on  409 on  409 409 409",
    "finance clerk cabinet admin": "403",
}
ALLOCATE = OUTSIDE | {
    "lead": "422 403 422 403 403 403",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
REMIND_READ = OUTSIDE | {
    "lead": "405 403 405 403 403 403",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
REMIND = OUTSIDE | {
    "lead": "on  403 on  403 403 403",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
ADD_CASE_READ = OUTSIDE | {
    "officer delegate other-officer other-head": "405 403 403 403 403 403",
    "lead finance clerk cabinet admin": "403",
}
ADD_CASE = OUTSIDE | {
    "officer delegate other-officer other-head": "on  403 403 403 403 403",
    "lead finance clerk cabinet admin": "403",
}
REMOVE_PLANNING_CASE_READ = OUTSIDE | {
    "other-head": "200 403 403 403 403 403",
    "lead finance clerk delegate": "403",
    "cabinet admin officer other-officer": "404",
}
REMOVE_PLANNING_CASE = OUTSIDE | {
    "other-head": "on  403 403 403 403 403",
    "lead finance clerk delegate": "403",
    "cabinet admin officer other-officer": "404",
}
# Without the digest of a statement that one has seen nothing is signed.
SIGN_CORPORATE = OUTSIDE | {
    "delegate": "409",
    "lead finance clerk officer": "403",
    "cabinet admin other-officer other-head": "404",
}
SIGN_PLANNING_READ = OUTSIDE | {
    "lead finance clerk other-head": "200",
    "cabinet admin officer delegate other-officer": "404",
}
SIGN_PLANNING = OUTSIDE | {
    "other-head": "409",
    "lead finance clerk": "403",
    "cabinet admin officer delegate other-officer": "404",
}
SIGN_FIGURES = OUTSIDE | {
    "finance": "409",
    "lead clerk cabinet admin officer delegate other-officer other-head": "403",
}
# The lead raises queries while work goes on; Cabinet asks about outcomes from the day it has the return. Who asks
# in some state and comes too late is refused by the act, which shows again what was typed.
ASK_READ = OUTSIDE | {
    "lead": "   200 403 200 403 200 403",
    "cabinet": "403 200 200 200 200 403",
    "finance clerk admin officer delegate other-officer other-head": "403",
}
RAISE_READ = OUTSIDE | {
    "lead": "200 403 200 403 200 403",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
ASK = OUTSIDE | {
    "lead cabinet": "422",
    "finance clerk admin officer delegate other-officer other-head": "403",
}
REPLY_CORPORATE = OUTSIDE | {
    "lead officer delegate": "422",
    "finance clerk": "403",
    "cabinet admin other-officer other-head": "404",
}
# A question and its answer stand in the pack.
QUESTION_READ = OUTSIDE | {
    "lead finance clerk cabinet other-officer": "200",
    "admin officer delegate other-head": "404",
}
QUESTION_ANSWER = OUTSIDE | {
    "lead other-officer": "422",
    "finance clerk cabinet": "403",
    "admin officer delegate other-head": "404",
}
OWN_MESSAGES = OUTSIDE | {
    "lead finance clerk cabinet officer delegate other-officer other-head": "on",
    "admin": "403",
}
# Cabinet members are led to the copy that was sent, everyone to the stored PDF once the return is locked.
WHOLE = OUTSIDE | {
    "lead finance clerk officer delegate other-officer other-head": "200",
    "cabinet": "on",
    "admin": "403",
}
PDF = OUTSIDE | {
    "lead finance clerk cabinet officer delegate other-officer other-head": "on",
    "admin": "403",
}
# Asking for a draft: nobody once it is locked, and Cabinet members never.
DRAW = OUTSIDE | {
    "lead finance clerk officer delegate other-officer other-head": "on  403 on  403 on  403",
    "cabinet admin": "403",
}
NOBODYS = OUTSIDE | {
    "lead finance clerk cabinet officer delegate other-officer other-head": "404",
    "admin": "404",
}
ASKED = OUTSIDE | {
    "lead finance clerk cabinet officer delegate other-officer other-head": "on",
    "admin": "403",
}
# The documents of the present answers, of those who steer, and of one department.
PRESENT_POSTED = OUTSIDE | {
    "lead finance clerk officer delegate other-officer other-head": "405",
    "cabinet admin": "403",
}
PRESENT_ASKED = OUTSIDE | {
    "lead finance clerk officer delegate other-officer other-head": "on",
    "cabinet admin": "403",
}
WATCHERS_POSTED = OUTSIDE | {
    "lead finance clerk": "405",
    "cabinet admin officer delegate other-officer other-head": "403",
}
WATCHERS_ASKED = OUTSIDE | {
    "lead finance clerk": "on",
    "cabinet admin officer delegate other-officer other-head": "403",
}
CORPORATE_POSTED = OUTSIDE | {
    "lead finance clerk officer delegate": "405",
    "cabinet admin other-officer other-head": "404",
}
CORPORATE_ASKED = OUTSIDE | {
    "lead finance clerk officer delegate": "on",
    "cabinet admin other-officer other-head": "404",
}
POSTED_ONLY = OUTSIDE | {
    "lead finance clerk officer delegate other-officer other-head": "405 403 405 403 405 403",
    "cabinet admin": "403",
}

# The acts of the lifecycle. The page opens where the act can be done; the button of one that comes too late is
# refused by the act itself, to those whose act it is, with all they typed.
LEAD_WORKING = OUTSIDE | {
    "lead": "200 403 200 403 403 403",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
LEAD_PREPARING = OUTSIDE | {
    "lead": "200 403 403 403 403 403",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
LEAD_ADOPTS = OUTSIDE | {
    "lead": "422 403 403 403 403 403",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
LEAD_LOCKED = OUTSIDE | {
    "lead": "403 200 403 200 403 200",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
LEAD_APPROVED = OUTSIDE | {
    "lead": "403 403 403 200 403 403",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
LEAD_ACTS = OUTSIDE | {
    "lead": "422",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
LEAD_SENDS = OUTSIDE | {  # which asks for no words, but an open query blocks
    "lead": "409",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
CLERK_READS = OUTSIDE | {
    "clerk": "403 200 403 403 403 403",
    "lead finance cabinet admin officer delegate other-officer other-head": "403",
}
CLERK_DECIDES = OUTSIDE | {
    "clerk": "422",
    "lead finance cabinet admin officer delegate other-officer other-head": "403",
}
CLERK_CORRECTS_READ = OUTSIDE | {
    "clerk": "200",
    "lead finance cabinet admin officer delegate other-officer other-head": "403",
}
LEAD_CORRECTS_READ = OUTSIDE | {  # once there is a filing
    "lead": "403 403 403 403 403 200",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
LEAD_CORRECTS = OUTSIDE | {
    "lead": "403 403 403 403 403 422",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}
DELEGATE_READS = OUTSIDE | {
    "delegate": "403 403 403 200 403 403",
    "lead finance clerk cabinet admin officer other-officer other-head": "403",
}
DELEGATE_AMENDS = OUTSIDE | {
    "delegate": "422",
    "lead finance clerk cabinet admin officer other-officer other-head": "403",
}
DELEGATE_AMENDING = OUTSIDE | {
    "delegate": "403 403 403 403 200 403",
    "lead finance clerk cabinet admin officer other-officer other-head": "403",
}
DELEGATE_FINISHES = OUTSIDE | {  # which asks for no words, but an open query blocks
    "delegate": "403 403 403 403 409 403",
    "lead finance clerk cabinet admin officer other-officer other-head": "403",
}
BOTH_AMENDING = OUTSIDE | {
    "lead delegate": "403 403 403 403 200 403",
    "finance clerk cabinet admin officer other-officer other-head": "403",
}
BOTH_ABANDON = OUTSIDE | {
    "lead delegate": "422",
    "finance clerk cabinet admin officer other-officer other-head": "403",
}

# The register of funding risks, which no state of the return locks.
NO_SUCH_RISK = OUTSIDE | {
    "lead finance clerk cabinet officer delegate other-officer other-head": "404",
    "admin": "403",
}
NOT_PROPOSED = OUTSIDE | {
    "lead": "404",
    "finance clerk cabinet admin officer delegate other-officer other-head": "403",
}

# The few pages outside any council.
LED_ON = STRANGERS | {
    "lead finance clerk cabinet admin officer delegate other-officer other-head other-council": "on",
}
SIGN_IN = {
    "anonymous closed": "200",
    "lead finance clerk cabinet admin officer delegate other-officer other-head other-council": "on",
}
SIGN_OUT_READ = STRANGERS | {
    "lead finance clerk cabinet admin officer delegate other-officer other-head other-council": "405",
}
SIGN_OUT = STRANGERS | {
    "lead finance clerk cabinet admin officer delegate other-officer other-head other-council": "in",
}

C = "/wyeborough/"
W = "/wyeborough/ieg4/"
ABOUT_R3 = "?section=outcomes&line=R3"
ABOUT_EF1 = "?section=efficiency&line=EF1&department=corporate"

TABLE: dict[str, list[Page]] = {
    "home": [Page("/", LED_ON)],
    "sign-in": [Page("/sign-in/", SIGN_IN, SIGN_IN)],
    "sign-out": [Page("/sign-out/", SIGN_OUT_READ, SIGN_OUT)],
    "session-extend": [Page("/stay-signed-in/", SIGN_OUT_READ, LED_ON)],
    "help": [Page("/help/", EVERYBODY)],
    "accessibility": [Page("/accessibility/", EVERYBODY)],
    "health": [Page("/health/", EVERYBODY)],
    "health-ready": [Page("/health/ready/", EVERYBODY)],
    "dashboard-detail": [Page(W + "dashboard/", WATCHERS)],
    "blocker-list": [Page(W + "missing/", WATCHERS)],
    "report-detail": [Page(W + "cabinet/report/", READERS)],
    "report-copy": [
        Page(W + "cabinet/report/stored/1/1/", READERS),
        Page(W + "cabinet/report/stored/1/9/", NOT_THERE),
        Page(W + "cabinet/report/stored/99/1/", NOT_THERE),
    ],
    "report-copy-pdf": [
        Page(W + "cabinet/report/stored/1/1/report.pdf", READERS),
        Page(W + "cabinet/report/stored/99/1/report.pdf", NOT_THERE),
    ],
    "report-edit": [Page(W + "cabinet/report/purpose/", REPORTING, REPORT_EDITED)],
    "report-add": [Page(W + "cabinet/report/considerations/add/", REPORTING, REPORTED)],
    "document-list": [Page(W + "documents/", READERS)],
    "document-create": [
        Page(W + "documents/return/draw/", POSTED_ONLY, DRAW),
        Page(W + "documents/cabinet-report/draw/", NOT_POSTED, ASKED),
        Page(W + "documents/changes/draw/", PRESENT_POSTED, PRESENT_ASKED),
        Page(W + "documents/statement/draw/", WATCHERS_POSTED, WATCHERS_ASKED),
        Page(W + "documents/rekeying/draw/", WATCHERS_POSTED, WATCHERS_ASKED),
    ],
    "drawing-detail": [Page(W + "drawings/999/", NOBODYS)],
    "drawing-pdf": [Page(W + "drawings/999/document.pdf", NOBODYS)],
    "cabinet-detail": [Page(W + "cabinet/", PACK)],
    "outcomes:light-grid": [Page(W + "grid/", WORKERS, ANSWER_GRID)],
    "efficiency:gain-list": [Page(W + "efficiency/", READERS)],
    "efficiency:line-detail": [
        Page(W + "efficiency/by-line/EF1/", READERS),
        Page(W + "efficiency/by-line/EF9/", NOT_THERE),
    ],
    "efficiency:risk-list": [Page(W + "risks/", READERS)],
    "efficiency:risk-create": [Page(W + "risks/new/", LEAD, LEAD_ACTS)],
    "efficiency:risk-detail": [Page(W + "risks/1/", READERS), Page(W + "risks/99/", NO_SUCH_RISK)],
    "efficiency:risk-update": [
        Page(W + "risks/1/edit/", LEAD, LEAD_ACTS),
        Page(W + "risks/99/edit/", NO_SUCH_RISK),
    ],
    "efficiency:risk-close": [
        Page(W + "risks/1/close/", LEAD, LEAD_ACTS),
        Page(W + "risks/99/close/", NO_SUCH_RISK),
    ],
    "efficiency:risk-accept": [
        Page(W + "risks/accept/red-PRO/", LEAD, LEAD_ACTS),
        Page(W + "risks/accept/red-NONE/", NOT_PROPOSED),
    ],
    "efficiency:risk-dismiss": [
        Page(W + "risks/dismiss/red-PRO/", LEAD, LEAD_ACTS),
        Page(W + "risks/dismiss/red-NONE/", NOT_PROPOSED),
    ],
    "returns:council-css": [Page(C + "colours.css", EVERYBODY)],
    "returns:person-list": [Page(C + "people/", ADMIN)],
    "returns:person-create": [Page(C + "people/new/", ADMIN, ADMIN_FORM)],
    "returns:person-update": [
        Page(C + "people/wyeborough-clerk/", ADMIN, ADMIN_FORM),
        Page(C + "people/lead/", NOT_THERE),
    ],
    "returns:department-list": [Page(C + "departments/", ADMIN)],
    "returns:department-create": [Page(C + "departments/new/", ADMIN, ADMIN_FORM)],
    "returns:department-update": [
        Page(C + "departments/corporate/", ADMIN, ADMIN_FORM),
        Page(C + "departments/highways/", NOT_THERE),
    ],
    "returns:return-detail": [
        Page(
            W,
            OUTSIDE
            | {
                "lead finance clerk cabinet officer delegate other-officer other-head": "on",
                "admin": "403",
            },
        )
    ],
    "returns:work-list": [Page(W + "my-work/", WORKERS)],
    "returns:allocation": [Page(W + "allocation/", LEAD, ALLOCATE)],
    "returns:return-whole": [Page(W + "whole/", WHOLE)],
    "returns:return-pdf": [Page(W + "return.pdf", PDF)],
    "returns:return-verify": [Page(W + "verify/", READERS, VERIFY)],
    "returns:change-list": [Page(W + "changes/", READERS)],
    "returns:change-draw": [Page(W + "changes/draw/", NOT_POSTED, ASKED)],
    "returns:rekeying-check": [Page(W + "rekeying/", WATCHERS, CHECK_KEYED)],
    "returns:rekeying-template": [Page(W + "rekeying.csv", WATCHERS)],
    "returns:proforma-detail": [Page(W + "proforma/", ADMIN)],
    "returns:form-adopt": [Page(W + "proforma/adopt/", LEAD_PREPARING, LEAD_ADOPTS)],
    "returns:department-detail": [
        Page(W + "departments/corporate/", CORPORATE),
        Page(W + "departments/housing/", HOUSING),
        Page(W + "departments/highways/", NOT_THERE),
    ],
    "returns:department-sign": [
        Page(W + "departments/corporate/sign/", CORPORATE, SIGN_CORPORATE),
        Page(W + "departments/planning/sign/", SIGN_PLANNING_READ, SIGN_PLANNING),
    ],
    "returns:statement-draw": [
        Page(W + "departments/corporate/statement/", CORPORATE_POSTED, CORPORATE_ASKED),
        Page(W + "departments/highways/statement/", NOT_THERE),
    ],
    "returns:figures-sign": [Page(W + "figures/sign/", WATCHERS, SIGN_FIGURES)],
    "returns:signature-list": [Page(W + "signatures/", READERS)],
    "returns:query-list": [Page(W + "queries/", READERS)],
    "returns:query-create": [
        Page(W + "queries/new/" + ABOUT_R3, ASK_READ, ASK),
        Page(W + "queries/new/" + ABOUT_EF1, RAISE_READ, ASK),
        Page(W + "queries/new/", NOT_THERE),
    ],
    # The lead's query is about R3, of corporate services; Cabinet's question about R4, of housing.
    "returns:query-detail": [
        Page(W + "queries/1/", CORPORATE, REPLY_CORPORATE),
        Page(W + "queries/2/", QUESTION_READ, QUESTION_ANSWER),
        Page(W + "queries/99/", NOT_THERE),
    ],
    "returns:act-list": [Page(W + "acts/", READERS)],
    "returns:act-perform": [
        Page(W + "acts/send-back/", LEAD_WORKING, LEAD_ACTS),
        Page(W + "acts/send/", LEAD_WORKING, LEAD_SENDS),
        Page(W + "acts/approve/", CLERK_READS, CLERK_DECIDES),
        Page(W + "acts/refer-back/", CLERK_READS, CLERK_DECIDES),
        Page(W + "acts/amend/", DELEGATE_READS, DELEGATE_AMENDS),
        Page(W + "acts/finish/", DELEGATE_AMENDING, DELEGATE_FINISHES),
        Page(W + "acts/abandon/", BOTH_AMENDING, BOTH_ABANDON),
        Page(W + "acts/submit/", LEAD_APPROVED, LEAD_ACTS),
        Page(W + "acts/reopen/", LEAD_LOCKED, LEAD_ACTS),
        Page(W + "acts/unlock/", NOT_THERE),
    ],
    "returns:decision-correct": [Page(W + "acts/decision/correct/", CLERK_CORRECTS_READ, CLERK_DECIDES)],
    "returns:filing-correct": [Page(W + "acts/filing/correct/", LEAD_CORRECTS_READ, LEAD_CORRECTS)],
    "returns:version-detail": [
        Page(W + "versions/1/", READERS),
        Page(W + "versions/2/", READERS),
        Page(W + "versions/99/", NOT_THERE),
    ],
    "returns:version-pdf": [
        Page(W + "versions/2/return.pdf", READERS),
        Page(W + "versions/99/return.pdf", NOT_THERE),
    ],
    "returns:version-data": [
        Page(W + "versions/2/return.json", READERS),
        Page(W + "versions/99/return.json", NOT_THERE),
    ],
    "returns:event-list": [Page(W + "history/", WATCHERS)],
    "returns:notice-list": [Page(W + "messages/", READERS, OWN_MESSAGES)],
    "returns:reminder-send": [Page(W + "reminders/", REMIND_READ, REMIND)],
    "returns:case-create": [Page(W + "cases/new/", ADD_CASE_READ, ADD_CASE)],
    "returns:case-remove": [
        Page(W + "cases/C1/remove/", REMOVE_PLANNING_CASE_READ, REMOVE_PLANNING_CASE),
        Page(W + "cases/C99/remove/", NOT_THERE),
    ],
    "returns:section-detail": [
        Page(W + "outcomes/", SECTION, NOT_POSTED),
        Page(W + "cases/", SECTION, NOT_POSTED),
        Page(W + "nothing/", NOT_THERE),
    ],
    "returns:section-answer": [
        Page(W + "cover/answer/", COUNCIL_LINE, ANSWER_COUNCIL),
        Page(W + "efficiency/answer/", COUNCIL_PROVISIONAL, ANSWER_GAINS_NOTE),
    ],
    "returns:line-answer": [
        Page(W + "outcomes/R1/", COUNCIL_LINE, ANSWER_COUNCIL),  # which nobody owns
        Page(W + "outcomes/R3/", CORPORATE, ANSWER_R3),
        Page(W + "outcomes/R5/", CORPORATE, ANSWER_CORPORATE),
        Page(W + "outcomes/R4/", HOUSING, ANSWER_HOUSING),
        Page(W + "bvpi157/I1/corporate/", CORPORATE, ANSWER_CORPORATE_COUNTS),
        Page(W + "bvpi157/I1/housing/", HOUSING, ANSWER_HOUSING_COUNTS),
        Page(W + "resources/RS1/", COUNCIL_LINE, ANSWER_COUNCIL),  # of finance, not one of these roles
        Page(W + "efficiency/EF1/corporate/", CORPORATE, ANSWER_CORPORATE_GAINS),
        Page(W + "efficiency/EF1/housing/", HOUSING_PROVISIONAL, ANSWER_HOUSING_GAINS),
        Page(W + "cases/C1/", PLANNING_PROVISIONAL, ANSWER_PLANNING_CASE),
        Page(W + "outcomes/R99/", NOT_THERE),
    ],
    "returns:unsaved-list": [Page("/wyeborough/unsaved/", EVERY_ONE_OF_US)],
    "returns:unsaved-detail": [Page("/wyeborough/unsaved/aaaaaaaaaaaaaaaaaaaaaa/", NOT_THERE)],
    "returns:unsaved-text": [Page("/wyeborough/unsaved/aaaaaaaaaaaaaaaaaaaaaa/not-saved.txt", NOT_THERE)],
    "returns:line-history": [
        Page(W + "outcomes/R3/history/", CORPORATE),
        Page(W + "outcomes/R4/history/", HOUSING),
        Page(W + "efficiency/EF1/history/?department=housing", HOUSING_PROVISIONAL),
        Page(W + "cover/record/history/", COUNCIL_LINE),
    ],
}

# Where an empty form is enough to change something, or to end the session; a test takes these back.
DONE_AT_ONCE = {
    ("POST", "/sign-out/"),
    ("POST", "/stay-signed-in/"),
    ("POST", W + "reminders/"),
    ("POST", W + "cases/new/"),
    ("POST", W + "cases/C1/remove/"),
}


def named_views(resolver=None, prefix="") -> dict:
    """Every view that the application has an address for, by the name of the address."""
    found = {}
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            found[f"{prefix}{pattern.name}"] = pattern.callback
        else:
            found |= named_views(pattern, f"{pattern.namespace}:" if pattern.namespace else prefix)
    return found


def pages() -> list[Page]:
    return [page for rows in TABLE.values() for page in rows]


def code(row: dict[str, str], role: str, state: str) -> str:
    """The code of that cell; the role stands in the row exactly once, with one code or six."""
    (codes,) = (codes.split() for roles, codes in row.items() if role in roles.split())
    return codes[0] if len(codes) == 1 else codes[STATES.index(state)]


def expected(page: Page, method: str, role: str, state: str) -> str:
    if method in ("PUT", "DELETE"):
        return "405"
    read = code(page.get, role, state)
    if method == "GET":
        return read
    if page.post:
        return code(page.post, role, state)
    return "405" if read in ("200", "on") else read


def faults(row: dict[str, str]) -> list[str]:
    """What is wrong with a row: roles that miss, stand twice or are unknown, and codes that are not one or six."""
    named = [role for roles in row for role in roles.split()]
    wrong = [f"{role} misses" for role in ROLES if role not in named]
    wrong += [
        f"{role} stands {named.count(role)} times" for role in sorted(set(named)) if named.count(role) > 1
    ]
    wrong += [f"{role} is unknown" for role in named if role not in ROLES]
    return wrong + [
        f"{codes!r}: give one or six" for codes in row.values() if len(codes.split()) not in (1, 6)
    ]
