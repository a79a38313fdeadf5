"""`send_reminders` and the lead's button: who is reminded on which day, once, and of what."""

import datetime

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from returns import clock, history
from returns.acts import ActionRefused, allocate_lines, open_return
from returns.acts.reminding import due_reminders, remind, send_due
from returns.models import Notice, Return, Role, User
from tests.support.factories import AuthorityFactory, DepartmentFactory, UserFactory
from tests.support.moving import at, day, fresh, reopen, save, who
from tests.unit.returns.management.test_commands import manage
from tests.unit.returns.management.test_commands import run as command

# Answers are due on Friday 10 December; R1 is due on the 15th, R2 on the 6th.
ANSWERS_DUE, LATE, EARLY = day("2004-12-10"), day("2004-12-15"), day("2004-12-06")


@pytest.fixture
def small(db) -> Return:
    """A council of one department: its lead holds what nobody else does, one officer R1, another R2. Others rest."""
    Return.objects.update(status=Return.Status.SUBMITTED)
    council = AuthorityFactory(slug="small", name="Small Council")
    department = DepartmentFactory(authority=council, name="Services", slug="services")
    people = {}
    for name, role in (("lead", Role.LEAD), ("one", Role.OFFICER), ("two", Role.OFFICER)):
        people[name] = UserFactory(
            authority=council, username=f"small-{name}", first_name=name.title(), last_name="Small", roles=[role],
            email=f"{name}@small.example",
        )  # fmt: skip
        people[name].departments.add(department)
    return_ = open_return(
        authority=council,
        by=None,
        proforma_key="ieg4",
        answers_due=ANSWERS_DUE,
        cabinet_date=day("2004-12-16"),
    )
    with at("2004-11-01 09:00"):
        allocate(return_, "R1", "one", LATE)
        allocate(return_, "R2", "two", EARLY)
    Notice.objects.all().delete()
    return return_


def allocate(return_, line: str, owner: str, due: datetime.date) -> None:
    allocate_lines(
        return_=return_, by=who(return_, "lead"), lines=[line], owner=who(return_, owner),
        department=return_.authority.departments.get(), due=due,
    )  # fmt: skip


HELD = {
    "lead": "You hold 6 blockers of the IEG4 return",
    "one": "You hold 4 blockers of the IEG4 return",
    "two": "You hold 4 blockers of the IEG4 return",
}


def reminded(*names: str) -> str:
    """All that the command prints when it reminds these people, and the mail goes out."""
    lines = [f"small: small-{name}: {HELD[name]}" for name in names]
    mails = "1 e-mail" if len(names) == 1 else f"{len(names)} e-mails"
    return "\n".join([*lines, f"{len(names)} reminded; {mails} sent, 0 postponed.", ""])


def test_what_is_near_or_late_is_reminded_of_on_its_days_and_no_others(small):
    """Seven, three, one and no days before, and daily once it is late."""
    found = {}
    for number in range(22):
        today = day("2004-11-28") + datetime.timedelta(days=number)
        with at(f"{today} 09:00"):
            found[today.isoformat()] = command("send_reminders")

    expected = dict.fromkeys(found, ())
    for today, names in {
        "2004-11-29": ["two"],  # seven days before the 6th
        "2004-12-03": ["lead", "two"],  # seven before the 10th, three before the 6th
        "2004-12-05": ["two"],
        "2004-12-06": ["two"],
        "2004-12-07": ["lead", "two"],  # three before the 10th; the 6th is past from here on
        "2004-12-08": ["one", "two"],  # seven before the 15th
        "2004-12-09": ["lead", "two"],
        "2004-12-10": ["lead", "two"],
        "2004-12-11": ["lead", "two"],
        "2004-12-12": ["lead", "one", "two"],  # three before the 15th
        "2004-12-13": ["lead", "two"],
        "2004-12-14": ["lead", "one", "two"],
        "2004-12-15": ["lead", "one", "two"],
        "2004-12-16": ["lead", "one", "two"],
        "2004-12-17": ["lead", "one", "two"],
        "2004-12-18": ["lead", "one", "two"],
        "2004-12-19": ["lead", "one", "two"],
    }.items():
        expected[today] = names
    assert {today: sorted(text.splitlines()) for today, text in found.items()} == {
        today: sorted(reminded(*names).splitlines()) for today, names in expected.items()
    }
    assert len(mail.outbox) == sum(map(len, expected.values()))
    assert history.check(fresh(small)) == []


def test_the_same_day_is_reminded_of_once_whichever_clock_it_is_reckoned_by(small):
    with at("2004-12-08 07:00"):
        assert command("send_reminders") == reminded("one", "two")
    with at("2004-12-08 23:59"):
        assert command("send_reminders") == reminded()
        assert command("send_reminders", "--today", "2004-12-08") == reminded()


@pytest.mark.parametrize("today", ["2004-12-03", "2004-12-08", "2004-12-12"])
def test_a_day_given_is_reckoned_from_and_reminded_of_once(small, today):
    names = {
        "2004-12-03": ["lead", "two"],
        "2004-12-08": ["one", "two"],
        "2004-12-12": ["lead", "one", "two"],
    }[today]

    with at("2004-12-08 09:00"):
        first = command("send_reminders", "--today", today)
        second = command("send_reminders", "--today", today)

    assert sorted(first.splitlines()) == sorted(reminded(*names).splitlines())
    assert second == reminded()
    assert len(mail.outbox) == Notice.objects.count() == len(names)
    assert {clock.day_of(notice.at) for notice in Notice.objects.all()} == {day(today)}


def test_the_hour_after_midnight_is_that_of_london(small):
    """In summer London's day begins while it is still yesterday by the stored clock."""
    Return.objects.filter(pk=small.pk).update(answers_due=day("2004-07-10"))

    with at("2004-07-10 00:30"):
        first = send_due(return_=fresh(small), today=clock.today())
        second = send_due(return_=fresh(small), today=clock.today())

    assert ([notice.person.username for notice in first], second) == (["small-lead"], [])


def test_the_mail_says_what_is_left_and_where_to_go(small, settings):
    settings.SITE_URL = "https://ieg4.small.example"
    with at("2004-12-15 09:00"):
        command("send_reminders")

    texts = {each.to[0]: (each.subject, each.body) for each in mail.outbox}
    assert texts["one@small.example"] == (
        "IEG4: You hold 4 blockers of the IEG4 return",
        "You still have to answer: R1. The whole grant is at risk until every blocker is cleared. Filing closes on "
        "20 December 2004.\n\nhttps://ieg4.small.example/small/ieg4/\n\nSmall Council, IEG4 return\n",
    )
    assert texts["lead@small.example"][1].startswith("You still have to answer: Cover, Context")


def test_whoever_has_answered_is_left_in_peace(small):
    for point in ("submission", "mar05", "dec05", "mar06"):
        save(small, "one", "outcomes", "R1", {"light": "G"}, point=point)

    with at("2004-12-15 09:00"):
        assert sorted(command("send_reminders").splitlines()) == sorted(reminded("lead", "two").splitlines())


def test_nobody_who_left_is_reminded(small):
    User.objects.filter(username__in=["small-one", "small-lead"]).update(is_active=False)

    with at("2004-12-15 09:00"):
        assert command("send_reminders") == reminded("two")


@pytest.mark.parametrize("status", ["with_cabinet", "approved", "amending", "submitted"])
def test_nothing_is_said_once_the_return_is_with_cabinet(small, status):
    Return.objects.filter(pk=small.pk).update(status=status)

    with at("2004-12-15 09:00"):
        assert command("send_reminders") == reminded()


def test_a_return_that_goes_to_cabinet_meanwhile_reminds_nobody(small):
    """The run read it while it was being prepared; under the lock it is looked at again."""
    read_before = fresh(small)
    Return.objects.filter(pk=small.pk).update(status="with_cabinet")

    with at("2004-12-15 09:00"):
        assert len(due_reminders(read_before, clock.today())) == 3
        assert send_due(return_=read_before, today=clock.today()) == []
        with pytest.raises(ActionRefused, match="as long as lines are answered"):
            remind(return_=read_before, by=who(small, "lead"))
    assert not Notice.objects.exists()


def test_what_was_sent_back_is_reminded_of_again(approved):
    """What is open and answered waits for its signature, so its signer holds the blocker."""
    reopen(approved, ("outcomes", "R3"))
    Return.objects.exclude(pk=approved.pk).update(status=Return.Status.SUBMITTED)
    Notice.objects.all().delete()

    out = command("send_reminders", "--today", "2004-12-20")

    assert out == (
        "wyeborough: wyeborough-head-corporate: You hold 1 blocker of the IEG4 return\n"
        "1 reminded; 1 e-mail sent, 0 postponed.\n"
    )
    Return.objects.exclude(pk=approved.pk).update(status=Return.Status.PREPARING)


def test_a_dead_mail_server_is_told_of_and_the_notices_stay(small, settings):
    settings.EMAIL_BACKEND = "tests.support.mailing.Dead"

    with at("2004-12-15 09:00"):
        out = command("send_reminders")

    assert out.splitlines()[-1] == "3 reminded; 0 e-mails sent, 3 postponed."
    assert list(Notice.objects.values_list("mail", "tries")) == [("queued", 1)] * 3


def test_the_leads_button_reminds_everyone_who_holds_a_blocker_once_a_day(small):
    lead = who(small, "lead")
    with at("2004-11-02 09:00"):
        assert [n.person.username for n in remind(return_=small, by=lead, only="small-two")] == ["small-two"]
        assert [n.person.username for n in remind(return_=small, by=lead)] == ["small-one"]
        assert remind(return_=small, by=lead) == []
    with at("2004-11-03 09:00"):
        assert sorted(n.person.username for n in remind(return_=small, by=lead)) == ["small-one", "small-two"]

    assert Notice.objects.first().text.startswith("Lead Small asks you to answer: R")


def test_only_the_lead_reminds_as_they_are_now(small):
    """The page was opened by the lead, who has handed the role on since."""
    lead = who(small, "lead")
    lead.groups.clear()

    with at("2004-11-02 09:00"), pytest.raises(ActionRefused, match="The e-government lead reminds people"):
        remind(return_=small, by=lead)

    assert not Notice.objects.exists()


def test_the_run_leaves_alone_whom_the_lead_reminded_that_day(small):
    with at("2004-12-15 08:00"):
        remind(return_=small, by=who(small, "lead"), only="small-one")
    Notice.objects.update(mail=Notice.Mail.SENT)

    with at("2004-12-15 09:00"):
        assert sorted(command("send_reminders").splitlines()) == sorted(reminded("lead", "two").splitlines())


def test_councils_are_reminded_each_of_their_own(small, marchshire):
    Return.objects.filter(pk=marchshire.pk).update(status=Return.Status.PREPARING)
    with at("2004-12-12 09:00"):
        out = command("send_reminders").splitlines()

    expected = due_reminders(fresh(marchshire), day("2004-12-12"))
    councils = [line.split(":")[0] for line in out[:-1]]
    assert councils == ["marchshire"] * len(expected) + ["small"] * 3
    for notice in Notice.objects.filter(reminder=True).select_related("person", "return_record"):
        assert notice.person.authority_id == notice.return_record.authority_id


@pytest.mark.parametrize("text", ["tomorrow", "08/12/2004", "2004-13-01", "2004-12-32", " ", "2004"])
def test_a_day_that_is_none_ends_with_one_line(small, text):
    with pytest.raises(CommandError) as error:
        call_command("send_reminders", f"--today={text}")

    assert str(error.value) == f"{text!r} isn’t a day. Type it like 2004-12-08."
    assert Notice.objects.count() == 0


def test_a_day_that_is_none_shows_no_traceback(tmp_path):
    ended = manage(
        "send_reminders",
        "--today",
        "yesterday",
        DEBUG="1",
        DATABASE_URL=f"sqlite:///{tmp_path / 'no.sqlite3'}",
    )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "CommandError: 'yesterday' isn’t a day. Type it like 2004-12-08.\n"
