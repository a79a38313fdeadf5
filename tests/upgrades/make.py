"""Writes a database as the code of now makes it: two councils, everything through the acts, by a stopped clock.

    .venv/bin/python -m tests.upgrades.make tests/upgrades/NAME.sql.xz

What it holds is told in README.md.
"""

import contextlib
import json
import lzma
import os
import re
import sqlite3
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import django

GAIN = {"section": "efficiency", "line": "EF1", "department": "corporate", "point": "2005-06"}
# Who was signed in, and who mistyped a password, is nobody's business for ever.
PASSING = ["django_session", "axes_accessattempt", "axes_accesslog", "axes_accessfailurelog"]


def main(target: Path) -> None:
    """The file holds the database as compressed SQL, triggers among it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.sqlite3"
        os.environ.update(
            DJANGO_SETTINGS_MODULE="ieg4.settings",
            DEBUG="1",
            DATABASE_URL=f"sqlite:///{path}",
            EMAIL_URL="dummymail://",
        )
        os.environ.pop("TODAY", None)
        django.setup()
        _fill()
        with contextlib.closing(sqlite3.connect(path)) as connection:
            for table in PASSING:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 (names of this module)
            connection.commit()
            connection.execute("VACUUM")
            target.write_bytes(lzma.compress("\n".join(connection.iterdump()).encode(), preset=9))


def _fill() -> None:
    from django.core.management import call_command

    from efficiency.demo import load_register
    from returns.demo import FOLDER, load_council
    from returns.models import Return

    call_command("migrate", verbosity=0)
    for path in sorted(FOLDER.glob("*.json")):
        council = json.loads(path.read_text())
        council.pop("decision", None)  # it is made below, with more before and after it
        load_council(council, complete=False)
    marchshire, wyeborough = (
        Return.objects.get(authority__slug=slug) for slug in ("marchshire", "wyeborough")
    )
    load_register(marchshire)
    load_register(wyeborough)
    _prepare(wyeborough)
    _refer_back(wyeborough)
    _decide(wyeborough)
    _amend(wyeborough)
    _file(wyeborough)
    _keep_preparing(marchshire)
    _leave_waiting()


def _prepare(wyeborough) -> None:
    """A query, a changed answer, an element sent back, a case study removed; each signed again."""
    from returns.acts import (
        add_case_study,
        add_paragraph,
        close_query,
        raise_query,
        remove_case_study,
        reply_to_query,
    )
    from tests.lifecycle.moving import at, place, save, send_back, sign, who

    lead, clerk = who(wyeborough, "lead"), who(wyeborough, "clerk")
    officer = who(wyeborough, "officer-corporate")
    with at("2004-11-23 09:30"):
        query = raise_query(
            return_=wyeborough, by=lead, place=place(wyeborough, "outcomes", "R3"), text="Since which day?"
        )
    with at("2004-11-23 10:15"):
        reply_to_query(
            return_=wyeborough, by=officer, number=query.number, text="Since 1 October 2004 – “live”."
        )
    with at("2004-11-23 11:00"):
        close_query(return_=wyeborough, by=lead, number=query.number)
    with at("2004-11-23 11:30"):
        save(wyeborough, "officer-corporate", "outcomes", "R3", {"comment": "Live since 1 October 2004."})
    with at("2004-11-23 14:00"):
        sign(wyeborough, "head-corporate", "corporate")
    with at("2004-11-23 14:30"):
        send_back(wyeborough, ("cases", "C3"), ("outcomes", "G11"), reason="Name the villages.")
    with at("2004-11-23 15:00"):
        save(wyeborough, "officer-housing", "cases", "C3", {"title": "Nine villages and one laptop"})
        sign(wyeborough, "head-housing", "housing")
        sign(wyeborough, "head-leisure", "leisure")
    with at("2004-11-23 16:00"):
        study = add_case_study(
            return_=wyeborough, by=officer, department=wyeborough.authority.departments.get(slug="corporate")
        )
        save(wyeborough, "officer-corporate", "cases", study.line, {"title": "A story that was not told"})
        remove_case_study(return_=wyeborough, by=officer, line=study.line)
    with at("2004-11-23 16:30"):
        _edit_paragraph(wyeborough, "purpose", "To ask Cabinet for its approval of the return.")
        add_paragraph(
            return_=wyeborough, by=clerk, heading="considerations", text="The partnership was asked."
        )


def _edit_paragraph(return_, key: str, text: str) -> None:
    from ieg4.covering_report import report_of
    from returns.acts import edit_paragraph
    from tests.lifecycle.moving import who

    seen = report_of(return_).paragraph(key)
    edit_paragraph(
        return_=return_,
        by=who(return_, "clerk"),
        key=key,
        text=text,
        drafted=seen.drafted,
        seen=seen.version,
    )


def _refer_back(wyeborough) -> None:
    """Cabinet is sent the return and refers it back; what it missed is written, and signed again."""
    from returns.lifecycle import Action
    from tests.lifecycle.moving import at, decision, do, save, send, send_back, sign

    with at("2004-11-24 10:05"):
        send(wyeborough)
    with at("2004-11-25 17:30"):
        referred = decision("referred_back", minute="61", text="That G11 be explained.")
        do(Action.REFER_BACK, wyeborough, "clerk", decision=referred)
    with at("2004-11-26 09:00"):
        send_back(wyeborough, ("outcomes", "G11"), reason="Cabinet asks when.")
    with at("2004-11-26 10:30"):
        comment = {"comment": "Bookings are by telephone until the new system is live in 2005."}
        save(wyeborough, "head-leisure", "outcomes", "G11", comment)
        sign(wyeborough, "head-leisure", "leisure")


def _decide(wyeborough) -> None:
    """Cabinet is sent it anew, asks, is given a second edition of the report, and approves under a wrong minute."""
    from returns.acts import ask_question, correct_decision, reply_to_query
    from returns.lifecycle import Action
    from tests.lifecycle.moving import at, day, decision, do, place, send, who

    with at("2004-11-26 12:00"):
        send(wyeborough)
    with at("2004-11-26 18:20"):
        question = ask_question(
            return_=wyeborough,
            by=who(wyeborough, "cabinet"),
            place=place(wyeborough, "outcomes", "G11"),
            text="When does this turn green?",
        )
    with at("2004-11-29 09:10"):
        reply_to_query(
            return_=wyeborough, by=who(wyeborough, "head-leisure"), number=question.number, text="In 2005."
        )
    with at("2004-11-29 11:00"):
        _edit_paragraph(wyeborough, "reasons", "The Government asks for the return by 20 December 2004.")
    with at("2004-12-03 09:30"):
        approved = decision(
            date=day("2004-12-02"),
            minute="64",
            delegate=who(wyeborough, "head-corporate"),
            delegated_until=day("2004-12-20"),
        )
        do(Action.APPROVE, wyeborough, "clerk", decision=approved)
    with at("2004-12-06 09:00"):
        correct_decision(
            return_=wyeborough,
            by=who(wyeborough, "clerk"),
            date=day("2004-12-02"),
            number="46",
            reason="The digits were changed round.",
            seen=0,
        )


def _amend(wyeborough) -> None:
    """An amendment that is abandoned, and one that is finished with a new version."""
    from returns.lifecycle import Action
    from tests.lifecycle.moving import at, do, save, sign

    with at("2004-12-07 09:00"):
        do(Action.AMEND, wyeborough, "head-corporate", reason="A gain was found.")
        save(wyeborough, "head-corporate", **GAIN, values={"cashable": Decimal("25.0")}, reason="Found.")
    with at("2004-12-07 12:00"):
        do(Action.ABANDON, wyeborough, "lead", reason="It was last year’s.")
    with at("2004-12-08 09:00"):
        do(Action.AMEND, wyeborough, "head-corporate", reason="A contract was let.")
        save(wyeborough, "head-corporate", **GAIN, values={"cashable": Decimal("19.5")}, reason="It is let.")
        title = {"title": "Plans at home"}
        save(wyeborough, "head-corporate", "cases", "C1", title, reason="The old one misled.")
    with at("2004-12-08 15:00"):
        sign(wyeborough, "head-planning", "planning")
        sign(wyeborough, "finance")
    with at("2004-12-09 10:00"):
        do(Action.FINISH, wyeborough, "head-corporate")


def _file(wyeborough) -> None:
    from returns.acts import correct_filing
    from returns.lifecycle import Action
    from tests.lifecycle.moving import at, day, do, filing, who

    with at("2004-12-10 14:00"):
        do(Action.SUBMIT, wyeborough, "lead", filing=filing(reference="IEG4-0042"))
    with at("2004-12-13 09:00"):
        correct_filing(
            return_=wyeborough,
            by=who(wyeborough, "lead"),
            date=day("2004-12-10"),
            number="IEG4-0024",
            reason="The receipt says so.",
            seen=0,
        )


def _keep_preparing(marchshire) -> None:
    """Signatures are cancelled, one line is sent back; risks come and go; people are reminded."""
    from django.core.management import call_command

    from efficiency.acts import accept_risk, close_risk, dismiss_risk, update_risk, values_of
    from efficiency.register import implied_risks, open_risks
    from returns.completeness import assess
    from tests.lifecycle.moving import at, save, send_back, who

    lead = who(marchshire, "lead")
    with at("2004-12-08 09:20"):
        save(marchshire, "officer-hr", "outcomes", "R20", {"comment": "The pilot ends in January 2005."})
        send_back(marchshire, ("outcomes", "R21"), reason="Say which grades.")
    with at("2004-12-08 10:00"):
        implied = {each.source: each for each in implied_risks(assess(marchshire))}
        late, blockers = implied["late-PRO"], implied["blockers"]
        told = {"return_": marchshire, "by": lead}
        sponsors = {"member_sponsor": "Councillor Anne Holroyd", "executive_sponsor": "", "action": ""}
        accepted = accept_risk(
            **told,
            source=late.source,
            fingerprint=late.fingerprint,
            values=late.values | sponsors | {"due": None},
        )
        dismiss_risk(
            **told, source=blockers.source, fingerprint=blockers.fingerprint, reason="They are in hand."
        )
    with at("2004-12-08 11:00"):
        values = values_of(next(risk for risk in open_risks(marchshire) if risk.number == accepted.number))
        update_risk(
            **told, number=accepted.number, seen=1, values=values | {"money_exposed": Decimal("1250.50")}
        )
        close_risk(**told, number=1, reason="The phone link is live.")
    with at("2004-12-08 12:00"):
        call_command("send_reminders", today="2004-12-08", verbosity=0)


def _leave_waiting() -> None:
    """A form kept for its writer, who was signed out, and a document asked for and not drawn yet."""
    from tests.clocks import both_at
    from tests.lifecycle.moving import london

    with both_at(london("2004-12-14 10:00")):
        page = "/marchshire/ieg4/outcomes/R1/"
        officer = _signed_in("officer-education")
        writer = re.search(r'name="writer" value="([^"]+)"', officer.get(page).content.decode())[1]
        officer.session.flush()
        officer.post(page, {"writer": writer, "outcomes--R1-comment": "Two hours of work."})
        _signed_in("lead").post("/marchshire/ieg4/departments/hr/statement/")


def _signed_in(username: str):
    from django.test import Client

    from returns.models import User

    client = Client(headers={"host": "127.0.0.1"})
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(User.objects.get(username=username), backend=backend)
    return client


if __name__ == "__main__":
    main(Path(sys.argv[1]))
