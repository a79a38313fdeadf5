"""What each person does next in each state, written by hand; and that no button leads to a refusal."""

import html
import re

import pytest

from returns.answers.reader import read
from returns.checks.completeness import assess
from returns.lifecycle import Action
from returns.models import Return, User
from returns.work.next_act import next_act
from returns.work.tasks import tasks_of
from tests.support.moving import approve, at, do, fresh, place, save, send, sign, who

# By state and role: the words of the button and its day; None where the person waits or only reads.
# In preparing and complete it is Marchshire, else Wyeborough, where R3, EF1 of corporate services and C1 of
# planning are open again once it is referred back. The officer and the head are of corporate services there.
FILING, UNTIL = "Filing closes 20 December", "Until 20 December"
NEXT = {
    "preparing": {
        "lead": ("Allocate 2 lines", "Due 10 December"),
        "finance": ("See what the figures still need", "21 blockers"),
        "clerk": ("Check the covering report", "Cabinet meets 16 December"),
        "cabinet": None,
        "officer-education": ("Answer G1 at 31 March 2006", "Due 30 November, 8 days late"),
        "officer-libraries": ("Answer the query on G11", "Asked 3 December, 5 days waiting"),
        "head-education": (
            "See the blockers of your department",
            "10 blockers, due 30 November, 8 days late",
        ),
        "head-social-care": ("Answer G17 at 31 March 2006", "Due 30 November, 8 days late"),
        "head-hr": None,
    },
    "complete": {
        "lead": ("Send to Cabinet", "Cabinet meets 16 December"),
        "finance": None,
        "clerk": ("Check the covering report", "Cabinet meets 16 December"),
        "cabinet": None,
        "officer-education": None,
        "head-education": None,
    },
    "with_cabinet": {
        "lead": None,
        "finance": None,
        "clerk": ("Record Cabinet’s decision", FILING),
        "cabinet": None,
        "officer-corporate": None,
        "head-corporate": None,
        "head-planning": None,
    },
    "referred_back": {
        "lead": ("Remind 3 people", "Answers due 19 November, 19 days late"),
        "finance": ("Check 1 line of figures", "Due 19 November, 19 days late"),
        "clerk": ("Check the covering report", FILING),
        "cabinet": None,
        "officer-corporate": ("Look at R3 again", "Sent back 8 December"),
        "officer-housing": None,
        "head-corporate": ("Sign 1 line of Corporate Services", "Due 19 November, 19 days late"),
        "head-planning": ("Sign 1 line of Planning and Environment", "Due 19 November, 19 days late"),
    },
    "approved": {
        "lead": ("Record the filing", FILING),
        "finance": None,
        "clerk": None,
        "cabinet": None,
        "officer-corporate": None,
        "head-corporate": ("Begin the amendment", UNTIL),
        "head-planning": None,
    },
    "amending": {
        "lead": None,
        "finance": None,
        "clerk": None,
        "cabinet": None,
        "officer-corporate": None,
        "head-corporate": ("Amend 34 open answers", UNTIL),
        "head-planning": None,
    },
    "submitted": {
        "lead": None,
        "finance": None,
        "clerk": None,
        "cabinet": None,
        "officer-corporate": None,
        "head-corporate": None,
        "head-planning": None,
    },
}
STATES = list(NEXT)


@pytest.fixture
def preparing(marchshire):
    return marchshire


@pytest.fixture
def stage(request) -> Return:
    return fresh(request.getfixturevalue(request.param))


def found(return_: Return, name: str):
    """What that person does next, as the pages would say it now."""
    assessment = assess(read(fresh(return_)))
    person = who(return_, name)
    return next_act(assessment, person, tasks_of(assessment, person))


def said(return_: Return, name: str):
    act = found(return_, name)
    if act is None:
        return None
    return act.label, f"{act.day.words}, {act.day.urgent}" if act.day.urgent else act.day.words


def landing(client, return_: Return):
    """The page that the person is led to."""
    response = client.get(return_.get_absolute_url(), follow=True)
    assert response.status_code == 200
    return response


def words(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


@pytest.mark.parametrize(("stage", "state"), [(each, each) for each in STATES], indirect=["stage"])
def test_what_each_person_does_next_in_each_state(stage, state):
    assert {name: said(stage, name) for name in NEXT[state]} == NEXT[state]


@pytest.mark.parametrize("stage", STATES, indirect=True)
def test_no_button_leads_to_a_refusal_and_headings_count_what_lists_show(stage, signed_in):
    """Everybody of the council, in every state: the page they land on has one button, and it opens."""
    assessment = assess(read(stage))
    wrong, looked_at = {}, 0
    for person in User.objects.filter(authority=stage.authority).exclude(groups__name="administrator"):
        client = signed_in(person.username)
        page = landing(client, stage)
        faults = button_faults(client, page) + work_faults(client, stage, person, assessment)
        looked_at += 1
        if faults:
            wrong[person.username] = faults

    assert wrong == {}
    assert looked_at >= 12


def button_faults(client, page) -> list:
    """What is wrong with the button of a landing page: missing, one of several, or leading to a refusal."""
    act = page.context["act"]
    primary = re.findall(r'class="govuk-button"[^>]*>(.*?)</', page.content.decode(), re.DOTALL)
    labels = [" ".join(html.unescape(label).split()) for label in primary]
    faults = [("several", labels)] if len(labels) > 1 else []
    if act is None:
        return faults
    if labels != [act.label]:
        faults.append(("missing", act.label, labels))
    response = client.post(act.url) if act.posts else client.get(act.url.split("#")[0])
    if response.status_code != (302 if act.posts else 200) or "Not yet" in words(response):
        faults.append(("refused", act.url, response.status_code))
    return faults


def work_faults(client, return_: Return, person: User, assessment) -> list:
    """Where my work says one number in its heading and another in its list."""
    response = client.get(f"{return_.get_absolute_url()}my-work/")
    if response.status_code == 403:
        return []
    context = response.context
    held = sum(blocker.owner == person for blocker in assessment.blockers)
    in_heading = re.match(r"You hold (\d+) of", context["heading"])
    counted = {
        held,
        sum(task.blocks for task in context["blocking"]),
        context["held"],
        int(in_heading[1]) if in_heading else 0,
    }
    rows = response.content.decode().count('<div class="todo__when">')
    faults = [("counts differ", context["heading"], counted)] if len(counted) > 1 else []
    if rows != len(context["blocking"]) + len(context["others"]):
        faults.append(("rows", rows))
    if rows and context["heading"] == "You have nothing to do":
        faults.append(("heading", context["heading"], rows))
    return faults


def test_the_lead_reminds_each_person_once_a_day(marchshire):
    """After allocation the button names whom a reminder would reach; when it would reach nobody it is gone."""
    from returns.acts import allocate_lines
    from returns.acts.reminding import remind

    owner, lead = who(marchshire, "officer-procurement"), who(marchshire, "lead")
    department = owner.departments.get()
    allocate_lines(
        return_=marchshire, by=lead, lines=["G8", "E7"], owner=owner, department=department,
        due=marchshire.answers_due,
    )  # fmt: skip
    before = said(marchshire, "lead")
    remind(return_=fresh(marchshire), by=lead, only="officer-education")
    one_less = said(marchshire, "lead")
    remind(return_=fresh(marchshire), by=lead)
    after = said(marchshire, "lead")

    assert [before, one_less, after] == [
        ("Remind 16 people", "Answers due 10 December"),
        ("Remind 15 people", "Answers due 10 December"),
        None,
    ]


def test_an_amendment_leads_from_its_beginning_to_its_end(amending, quick_drawing, signed_in):
    """Something amended waits for its signatures; once they are given it can be finished."""
    steps = [said(amending, "head-corporate")]
    save(
        amending, "head-corporate", "efficiency", "EF1", {"basis": "Counted anew."}, department="corporate",
        reason="A better count.",
    )  # fmt: skip
    steps += [said(amending, "head-corporate"), said(amending, "finance")]
    page = signed_in("wyeborough-head-corporate").get("/wyeborough/ieg4/my-work/")
    sign(amending, "finance")
    steps.append(said(amending, "head-corporate"))
    do(Action.FINISH, amending, "head-corporate")
    steps.append(said(amending, "head-corporate"))

    assert steps == [
        ("Amend 34 open answers", UNTIL),
        ("Amend 34 open answers", UNTIL),
        ("Check 1 line of figures", UNTIL.replace("Until", "Due")),
        ("Finish the amendment", UNTIL),
        ("Begin the amendment", UNTIL),
    ]
    assert page.context["heading"] == "34 answers are open for you to amend"
    assert [row["blocker"].message for row in page.context["in_the_way"]] == [
        "Figures: 1 of 37 lines wait for the section 151 officer’s signature"
    ]
    assert [(group["section"].key, len(group["rows"])) for group in page.context["open_answers"]] == [
        ("efficiency", 31),
        ("cases", 3),
    ]
    assert 'id="open-answers"' in page.content.decode()


def test_a_lapsed_amendment_can_only_be_abandoned(amending):
    with at("2004-12-21 09:00"):
        found_ = {name: said(amending, name) for name in ("lead", "head-corporate", "finance")}

    ended = ("Abandon the amendment", "The delegation ended on 20 December")
    assert found_ == {"lead": ended, "head-corporate": ended, "finance": None}


def test_a_delegate_who_answers_nothing_else_lands_on_the_page_of_the_amendment(with_cabinet, signed_in):
    """A Cabinet member whom Cabinet named: no officer, but with open answers of their own."""
    approve(with_cabinet, "cabinet")
    begin = said(with_cabinet, "cabinet")
    do(Action.AMEND, with_cabinet, "cabinet", reason="A gain was found.")
    page = landing(signed_in("wyeborough-cabinet"), with_cabinet)

    assert begin == ("Begin the amendment", UNTIL)
    assert page.request["PATH_INFO"] == "/wyeborough/ieg4/my-work/"
    assert page.context["heading"] == "34 answers are open for you to amend"
    assert page.context["act"].label == "Amend 34 open answers"


def test_a_clerk_who_sent_the_return_does_not_record_the_decision(complete, quick_drawing):
    from django.contrib.auth.models import Group

    who(complete, "lead").groups.add(Group.objects.get(name="clerk"))
    send(complete)

    assert said(complete, "clerk") is None  # a decision is recorded once Cabinet has met
    with at("2004-12-16 19:00"):
        assert said(complete, "lead") is None
        assert said(complete, "clerk") == ("Record Cabinet’s decision", "Cabinet meets 16 December, today")


def test_what_was_sent_back_waits_until_it_is_changed(referred_back):
    save(referred_back, "officer-corporate", "outcomes", "R3", {"comment": "Looked at again."})

    assert said(referred_back, "officer-corporate") == ("Look at EF1 again", "Sent back 8 December")

    save(
        referred_back, "officer-corporate", "efficiency", "EF1", {"basis": "Counted anew."},
        department="corporate",
    )  # fmt: skip
    assert said(referred_back, "officer-corporate") is None


def test_a_question_from_cabinet_waits_for_the_owner_and_blocks_nothing(approved, signed_in):
    from returns.acts import ask_question

    where = place(approved, "outcomes", "R4")
    owner = read(approved).owner(where)
    ask_question(return_=approved, by=who(approved, "cabinet"), place=where, text="When?")
    page = signed_in(owner.username).get("/wyeborough/ieg4/my-work/")

    assert page.context["heading"] == "1 line waits for you"
    assert [(task.tag, task.blocks, task.act) for task in page.context["others"]] == [
        ("Question from Cabinet", 0, "Answer the question on R4")
    ]
    assert page.context["act"].label == "Answer the question on R4"
