"""People and departments: what an administrator can't do, and how names are cleaned."""

import pytest
from django.urls import get_resolver, resolve

from returns.acts import ActionRefused, save_account, save_department
from returns.answers.reader import read
from returns.models import Department, Role, User
from returns.values.parsing import clean_name

pytestmark = pytest.mark.django_db
PEOPLE = "/marchshire/people/"


def of(username: str) -> dict:
    """What an account is, as a page could change it."""
    person = User.objects.get(username=username)
    return {
        "name": (person.first_name, person.last_name, person.job_title),
        "open": person.is_active,
        "roles": set(person.roles),
        "departments": set(person.departments.values_list("slug", flat=True)),
    }


def typed(person: User, **changed) -> dict:
    """What the page of that person posts if nothing but this is changed."""
    posted = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "job_title": person.job_title,
        "email": person.email,
        "is_active": "on" if person.is_active else "",
        "roles": sorted(person.roles),
        "departments": list(person.departments.values_list("pk", flat=True)),
    }
    return posted | changed


@pytest.mark.parametrize("changed", [{"roles": []}, {"roles": ["administrator", "clerk"]}, {"is_active": ""}])
def test_nobody_changes_their_own_roles_or_closes_their_own_account(signed_in, person, changed):
    before = of("admin")

    answer = signed_in("admin").post(f"{PEOPLE}admin/", typed(person("admin"), **changed))

    assert (answer.status_code, of("admin")) == (302, before)


def test_an_administrator_changes_the_rest_of_their_own_account(signed_in, person):
    before = of("admin")

    answer = signed_in("admin").post(f"{PEOPLE}admin/", typed(person("admin"), job_title="Systems manager"))

    name = (*before["name"][:2], "Systems manager")
    assert (answer.status_code, of("admin")) == (302, before | {"name": name})


def test_another_administrator_takes_the_role(signed_in, person):
    give = signed_in("admin").post(f"{PEOPLE}clerk/", typed(person("clerk"), roles=["administrator"]))
    take = signed_in("clerk").post(f"{PEOPLE}admin/", typed(person("admin"), roles=[]))

    assert (give.status_code, take.status_code) == (302, 302)
    assert (of("clerk")["roles"], of("admin")["roles"]) == ({Role.ADMINISTRATOR}, set())


def test_an_account_is_saved_by_another_administrator_alone(person):
    """The act itself refuses, whichever page or command it is called from."""
    admin, clerk = person("admin"), person("clerk")
    before = of("admin"), of("clerk")
    kept = {"authority": admin.authority, "departments": []}

    with pytest.raises(ActionRefused) as own_role:
        save_account(by=admin, person=admin, roles=[], **kept)
    with pytest.raises(ActionRefused) as not_administrator:
        save_account(by=clerk, person=admin, roles=[Role.ADMINISTRATOR], **kept)
    admin.is_active = False
    with pytest.raises(ActionRefused) as own_account:
        save_account(by=person("admin"), person=admin, roles=[Role.ADMINISTRATOR], **kept)

    assert [str(refused.value) for refused in (own_role, not_administrator, own_account)] == [
        "Only another administrator can change your roles or close your account.",
        "You are no longer an administrator, so nothing was saved.",
        "Only another administrator can change your roles or close your account.",
    ]
    assert (of("admin"), of("clerk")) == before


NAMES = {
    "Ann\u202e Lee": "Ann Lee",
    "  Ann \t Lee\u200b ": "Ann Lee",
    "Ann\nLee\x00": "Ann Lee",
    "Ann\u2028Lee": "Ann Lee",
    "Zoe\u0308 \ufeffLee": "Zoë Lee",
    "Siân\u00a0O’Neill-Łukasz": "Siân O’Neill-Łukasz",
    "\u2066\u200f": "",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_clean_line(name):
    assert clean_name(name) == NAMES[name]


def test_names_of_people_jobs_and_departments_are_cleaned(signed_in, person):
    admin = signed_in("admin")
    dirty = "Zoe\u0308\u202e\x07 \n Lee"

    people = admin.post(
        f"{PEOPLE}clerk/", typed(person("clerk"), first_name=dirty, last_name=dirty, job_title=dirty)
    )
    department = admin.post("/marchshire/departments/new/", {"name": dirty})

    assert (people.status_code, department.status_code) == (302, 302)
    assert of("clerk")["name"] == ("Zoë Lee", "Zoë Lee", "Zoë Lee")
    assert Department.objects.get(authority__slug="marchshire", slug="zoe-lee").name == "Zoë Lee"


def test_a_name_of_unseen_characters_alone_is_blank(signed_in, person):
    before = of("clerk")

    answer = signed_in("admin").post(f"{PEOPLE}clerk/", typed(person("clerk"), last_name="\u200b\u202e"))

    assert (answer.status_code, of("clerk")) == (422, before)


def test_no_user_name_and_no_department_is_taken_for_another_page():
    """A person called "cabinet" has the page people/cabinet/, although each round has a page cabinet/."""
    words = {
        str(pattern.pattern).split("/")[2]
        for pattern in get_resolver().url_patterns
        if str(pattern.pattern).startswith("<slug:authority>/<") and str(pattern.pattern).count("/") > 2
    }
    led_to = {
        resolve(f"/c/{folder}/{word}/").view_name for folder in ("people", "departments") for word in words
    }

    assert {"dashboard", "cabinet", "documents"} <= words
    assert led_to == {"returns:person-update", "returns:department-update"}


@pytest.mark.parametrize("name", ["new", "New", "..", "."])
def test_no_user_name_is_the_address_of_another_page(signed_in, name):
    posted = {
        "username": name,
        "first_name": "Ada",
        "last_name": "Byrne",
        "roles": ["clerk"],
        "is_active": "on",
    }

    answer = signed_in("admin").post(f"{PEOPLE}new/", posted | {"new_password": "a-long-enough-one"})

    assert answer.status_code == 422
    assert "The site uses this name. Choose another." in answer.content.decode()
    assert not User.objects.filter(username=name).exists()


def test_a_signed_in_person_is_led_home_from_a_sign_in_page_that_names_itself(signed_in):
    assert signed_in("lead").get("/sign-in/?next=/sign-in/").url == "/"


def test_a_department_is_saved_by_an_administrator_alone(person):
    """The act itself refuses, whichever page or command it is called from."""
    clerk, education = person("clerk"), Department.objects.get(slug="education", authority__slug="marchshire")
    stored, education.name = education.name, "Learning"

    with pytest.raises(ActionRefused, match="You are no longer an administrator, so nothing was saved."):
        save_department(authority=clerk.authority, by=clerk, department=education)

    assert Department.objects.get(pk=education.pk).name == stored


def test_a_department_that_another_administrator_added_meanwhile_is_not_added_again(person):
    admin = person("admin")
    again = Department(slug="education", name="Education")
    before = admin.authority.departments.count()

    with pytest.raises(ActionRefused, match="has added a department of that name meanwhile"):
        save_department(authority=admin.authority, by=admin, department=again)

    assert admin.authority.departments.count() == before


def test_a_contributor_who_left_meanwhile_is_refused_and_what_was_typed_is_shown(
    signed_in, person, monkeypatch
):
    admin, head = signed_in("admin"), person("head-education")
    before = Department.objects.get(slug="education", authority=head.authority)

    def leaves_first(**kwargs):
        User.objects.filter(pk=head.pk).update(is_active=False)
        return save_department(**kwargs)

    monkeypatch.setattr("returns.views.people.save_department", leaves_first)
    answer = admin.post("/marchshire/departments/education/", {"name": "Learning", "contributor": head.pk})

    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"{head} has left Learning meanwhile. Choose someone else." in page
    assert 'value="Learning"' in page
    education = Department.objects.get(slug="education", authority=head.authority)
    assert (education.name, education.contributor) == (before.name, before.contributor)


def test_an_administrator_removed_meanwhile_is_told_why_and_sees_what_was_typed(
    signed_in, person, monkeypatch
):
    admin, clerk = signed_in("admin"), person("clerk")

    def removed_first(**kwargs):
        person("admin").groups.clear()
        return save_account(**kwargs)

    monkeypatch.setattr("returns.views.people.save_account", removed_first)
    answer = admin.post(f"{PEOPLE}clerk/", typed(clerk, job_title="Town clerk"))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "You are no longer an administrator, so nothing was saved." in page
    assert 'value="Town clerk"' in page
    assert person("clerk").job_title == clerk.job_title


def test_a_new_department_has_its_blank_records_while_the_return_is_prepared_and_none_after(
    signed_in, marchshire, wyeborough
):
    for council in ("marchshire", "wyeborough"):
        admin = signed_in("admin" if council == "marchshire" else "wyeborough-admin")
        assert admin.post(f"/{council}/departments/new/", {"name": "Parks"}).status_code == 302

    found = [
        {d.slug for d in read(return_, "efficiency").departments} for return_ in (marchshire, wyeborough)
    ]
    assert ["parks" in slugs for slugs in found] == [True, False]


def test_a_new_password_signs_the_person_out_everywhere(signed_in, person):
    clerk = signed_in("clerk")
    assert clerk.get("/marchshire/ieg4/dashboard/").status_code == 200

    signed_in("admin").post(f"{PEOPLE}clerk/", typed(person("clerk"), new_password="a-long-enough-one"))

    assert clerk.get("/marchshire/ieg4/dashboard/").status_code == 302
    assert person("clerk").check_password("a-long-enough-one")
