"""The main menu: for every role in every state at most six items and "More", with nothing lost."""

import re

import pytest
from django.contrib.auth.models import Group

from returns.models import Return, User
from returns.views.base import Menu, NavItem

MAIN = re.compile(r'<nav aria-label="Main">(.*?)</nav>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]*)"[^>]*>([^<]*)</a>')

# Who sees which items first; the rest, in their order, under "More".
MENUS = {
    "lead": (
        ["Dashboard", "My work", "Allocation", "Quick grid", "Cabinet page"],
        ["Whole return", "Documents", "Signatures", "Status", "Efficiency", "Risks"],
    ),
    "finance": (
        ["Dashboard", "Signatures", "Cabinet page", "Whole return", "Documents"],
        ["Status", "Efficiency", "Risks"],
    ),
    "clerk": (
        ["Dashboard", "Cabinet page", "Status", "Whole return", "Documents"],
        ["Signatures", "Efficiency", "Risks"],
    ),
    "cabinet": (
        ["Cabinet page", "Whole return", "Documents", "Signatures", "Status"],
        ["Efficiency", "Risks"],
    ),
    "officer-education": (
        ["My work", "My department", "Quick grid", "Whole return", "Documents"],
        ["Signatures", "Status", "Efficiency", "Risks"],
    ),
    "head-education": (
        ["My work", "My department", "Signatures", "Quick grid", "Whole return"],
        ["Documents", "Status", "Efficiency", "Risks"],
    ),
    "admin": (["People", "Departments", "Proforma"], []),
}


def menu_of(page: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The items shown, and those under "More", each as address and words."""
    main = MAIN.search(page)[1]
    shown, _, more = main.partition("<details>")
    return LINK.findall(shown), LINK.findall(more)


@pytest.mark.parametrize("username", MENUS)
def test_each_role_has_its_own_pages_first(marchshire, signed_in, username):
    page = signed_in(username).get("/", follow=True).content.decode()
    shown, more = menu_of(page)

    assert ([words for _, words in shown], [words for _, words in more]) == MENUS[username]


@pytest.mark.parametrize("status", Return.Status)
def test_no_menu_has_more_than_six_items_beside_more(wyeborough, signed_in, status):
    """Each kind of person of the council, one with every role and department at once among them.

    The column alone is set: menus ask for nothing but the status. What is under "More" is for the test that
    follows every link.
    """
    everything = User.objects.get(username="wyeborough-lead")
    everything.groups.set(Group.objects.exclude(name="cabinet"))
    everything.departments.set(wyeborough.authority.departments.all())
    Return.objects.filter(pk=wyeborough.pk).update(status=status)
    people = one_of_each_kind(wyeborough)
    sizes = {}
    for person in people:
        page = signed_in(person.username).get("/wyeborough/ieg4/messages/")
        if page.status_code == 403:  # the administrator
            page = signed_in(person.username).get("/wyeborough/people/")
        shown, more = menu_of(page.content.decode())
        sizes[person.username] = (len(shown), len(more))

    assert everything in people
    assert {name: size for name, size in sizes.items() if size not in FITTING} == {}


# So many beside "More", and so many under it.
FITTING = {(count, 0) for count in range(1, 7)} | {(5, count) for count in range(2, 40)}


def one_of_each_kind(return_: Return) -> list[User]:
    """One person for each set of roles and number of departments."""
    found = {}
    for person in User.objects.filter(authority=return_.authority).order_by("pk"):
        found.setdefault((person.roles, min(len(person.department_ids), 2)), person)
    return list(found.values())


def test_a_person_of_several_departments_has_each_of_them_by_name(marchshire, signed_in, person):
    officer = person("officer-education")
    officer.departments.set(marchshire.authority.departments.filter(slug__in=["education", "hr"]))
    shown, more = menu_of(signed_in("officer-education").get("/", follow=True).content.decode())

    assert [words for _, words in shown] == [
        "My work", "Education and Libraries", "Human Resources", "Quick grid", "Whole return",
    ]  # fmt: skip
    assert [words for _, words in more] == ["Documents", "Signatures", "Status", "Efficiency", "Risks"]


def test_the_present_page_is_named_on_more_where_it_is_under_it(marchshire, signed_in):
    page = signed_in("finance").get("/marchshire/ieg4/efficiency/").content.decode()
    summary = re.search(r"<summary[^>]*>(.*?)</summary>", page, re.DOTALL)

    assert re.sub(r"<[^>]*>", "", " ".join(summary[1].split())) == "More, here: Efficiency"
    assert 'class="nav__here"' in summary[0]
    assert menu_of(page)[1][1] == ("/marchshire/ieg4/efficiency/", "Efficiency")


@pytest.mark.parametrize(
    ("count", "shown", "more"), [(1, 1, 0), (5, 5, 0), (6, 6, 0), (7, 5, 2), (20, 5, 15)]
)
def test_a_menu_shows_six_items_or_five_and_more(count, shown, more):
    items = [NavItem(str(number), "/", False) for number in range(count)]
    menu = Menu.of(items)

    assert (len(menu.shown), len(menu.more), menu.shown + menu.more) == (shown, more, items)
