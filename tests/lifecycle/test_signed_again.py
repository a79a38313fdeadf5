"""Whoever signs a line again is shown first what changed since the signature that was cancelled."""

import html
import re
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from returns.answers.reader import read
from returns.checks.completeness import assess
from returns.work.since_signed import changed_since_signed
from tests.support.moving import at, fresh, save, send_back, sign, who


def part_of(return_, department: str | None):
    assessment = assess(read(fresh(return_)))
    return next(
        part for part in assessment.parts if (part.department.slug if part.department else None) == department
    )


def told(return_, department: str | None = None) -> list[tuple]:
    """What the statement says first: each line with its answers, in words."""
    return [
        (
            each.place.code,
            str(each.signed.by),
            each.cancelled.reason,
            [
                (
                    answer.where,
                    _words(answer),
                    [(str(event.by), event.at.isoformat()) for event in answer.events],
                )
                for answer in each.answers
            ],
        )
        for each in changed_since_signed(return_, part_of(return_, department))
    ]


def _words(answer) -> str:
    if answer.kind == "text":
        return f"{_joined(answer.was_pieces)} | {_joined(answer.now_pieces)}"
    return answer.figures or f"{answer.was} | {answer.now}"


def _joined(pieces) -> str:
    return " ".join(f"[{p.text}]" if p.kind in ("gone", "new") else p.text for p in pieces)


def text_of(response) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(text))


def comment(return_, line: str) -> str:
    answers = read(return_, "outcomes")
    return answers.head(answers.place("outcomes", line)).comment


def cashable(return_, amount: str, by="officer-education") -> None:
    where = {"point": "2005-06", "department": "education"}
    save(return_, by, "efficiency", "EF1", {"cashable": Decimal(amount)}, **where)


def test_nothing_is_said_while_nothing_was_signed_before(marchshire, complete):
    assert told(complete) == told(complete, "hr") == []


def test_head_is_shown_each_changed_answer_with_who_and_when(complete):
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Piloted in the depot."})
    sign(complete, "head-hr", "hr")
    with at("2004-12-08 10:00"):
        save(complete, "officer-hr", "outcomes", "R20", {"comment": "First."})
    with at("2004-12-08 11:00"):
        save(complete, "head-hr", "outcomes", "R20", {"comment": "Piloted in the depot and the library."})

    assert told(complete, "hr") == [
        (
            "R20",
            "Trevor Nicholls",
            "R20 changed after you signed.",
            [
                (
                    "Comment",
                    "Piloted in the [depot.] | Piloted in the [depot and the library.]",
                    [
                        ("Trevor Nicholls", "2004-12-08T11:00:00+00:00"),
                        ("Lorna Meek", "2004-12-08T10:00:00+00:00"),
                    ],
                )
            ],
        )
    ]


def test_section_151_officer_reads_figures_as_was_and_now(complete):
    cashable(complete, "210")
    sign(complete, "finance")
    with at("2004-12-08 10:00"):
        cashable(complete, "85.5")

    [(code, _, why, [(where, figures, [(by, _)])])] = told(complete)

    assert (code, why, where) == ("EF1", "EF1 changed after you signed.", "Cashable for 2005/06 forecast")
    assert figures == "was 210, now 85.5 (£ thousand)"
    assert by == str(who(complete, "officer-education"))


def test_ratings_and_choices_are_said_in_the_order_of_the_form(complete):
    before = read(complete, "outcomes")
    where = before.place("outcomes", "R20")
    letter = before.lights(where)[1]
    other = "R" if letter != "R" else "A"
    values = {"applicability": "not_applicable", "reason": "It went to the county."}
    save(complete, "officer-hr", "outcomes", "R20", {"light": other}, point="mar05")
    save(complete, "officer-hr", "outcomes", "R20", values)

    [(_, _, _, answers)] = told(complete, "hr")

    assert [(where, words) for where, words, _ in answers] == [
        ("Does this outcome apply to the council?", "It applies | It does not apply"),
        ("Why", " | [It went to the county.]"),
        ("Light at 31 March 2005", f"{letter} | {other}"),
    ]


def test_page_says_it_before_the_statement(complete, signed_in):
    cashable(complete, "210")
    sign(complete, "finance")
    cashable(complete, "85")

    text = text_of(signed_in("finance").get("/marchshire/ieg4/figures/sign/"))

    assert "1 line was signed before, and the signature on it cancelled." in text
    assert "Was 210, now 85 (£ thousand)" in text
    assert text.index("What changed since it was signed") < text.index("Declaration")
    assert text.index("Was 210, now 85") < text.index("6 Resources")
    assert "[−" not in text


def test_answer_changed_and_changed_back_is_left_out(complete):
    was = comment(complete, "R20")
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Otherwise."})
    save(complete, "officer-hr", "outcomes", "R20", {"comment": was})

    [(code, _, why, answers)] = told(complete, "hr")

    assert (code, why, answers) == ("R20", "R20 changed after you signed.", [])


def test_line_that_was_sent_back_is_named_with_the_reason(complete):
    send_back(complete, ("outcomes", "R20"), reason="Look again.")

    [(code, _, why, answers)] = told(complete, "hr")

    assert (code, why, answers) == ("R20", "Sent back. Why: Look again.", [])


def test_what_is_signed_again_is_no_longer_named(complete):
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Otherwise."})
    sign(complete, "head-hr", "hr")

    assert told(complete, "hr") == []


def test_only_what_came_after_the_last_signature_counts(complete):
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Signed at last."})
    sign(complete, "head-hr", "hr")
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "And changed."})

    [(_, _, _, [(where, words, _)])] = told(complete, "hr")

    assert (where, words) == ("Comment", "[Signed at last.] | [And changed.]")


def test_page_asks_the_same_number_of_queries_however_much_changed(complete, signed_in):
    client = signed_in("head-hr")

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get("/marchshire/ieg4/departments/hr/sign/").status_code == 200
        return len(found)

    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Otherwise."})
    count()
    few = count()
    for state in part_of(complete, "hr").signed[:3]:
        section, line, _ = state.place.key
        if section == "outcomes":
            save(complete, "officer-hr", section, line, {"comment": "Otherwise too."})

    assert len(told(complete, "hr")) > 1
    assert count() == few
