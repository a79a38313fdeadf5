"""The demonstration councils, loaded once for all tests; each test's changes are rolled back."""

import datetime
import json
from pathlib import Path

import pytest
from django.test import Client

from efficiency.register.demo import load_register
from returns import clock
from returns.answers.reader import read
from returns.demo import FOLDER, load_council
from returns.models import Return, User

# What a long module sets up for some of its tests at a time; another worker may take the others.
APART = ("engine", "stage")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A module's tests go to one worker, since they share what is set up for them; so do those of each part."""
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        parts = [str(parameters[name]) for name in APART if name in parameters]
        item.add_marker(pytest.mark.xdist_group("-".join([item.nodeid.split("::")[0], *parts])))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        for path in sorted(FOLDER.glob("*.json")):
            load_council(json.loads(path.read_text()), complete=False)
        for return_ in Return.objects.all():
            load_register(return_)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory, worker_id) -> Path:
    """A folder of this run, the same for all its workers."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture
def marchshire(db) -> Return:
    return Return.objects.select_related("authority").get(authority__slug="marchshire")


@pytest.fixture
def wyeborough(db) -> Return:
    return Return.objects.select_related("authority").get(authority__slug="wyeborough")


@pytest.fixture
def person(db):
    return lambda username: User.objects.get(username=username)


@pytest.fixture
def signed_in(person):
    """A client of that person, with CSRF checks off and server errors raised."""

    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(person(username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def form_data():
    """What the page of a place would post if nothing were changed, as a dict to change."""

    def data(return_, section, line=None, department=None) -> dict:
        from returns.forms.answers import table_formset

        answers = read(return_, section)
        place = answers.place(section, line, department)
        posted = {}
        for form in table_formset(answers.entries(place)):
            for bound in form:
                value = bound.value()
                if value is True:
                    posted[bound.html_name] = "on"
                elif value is not None and value is not False:
                    posted[bound.html_name] = str(value)
        return posted

    return data


@pytest.fixture
def at_nine():
    with clock.stopped_at(datetime.datetime(2004, 12, 8, 9, 0, tzinfo=datetime.UTC)):
        yield
