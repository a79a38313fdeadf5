"""Databases for tests of several people at once: on either engine, each test with one of its own."""

import pytest

from tests.concurrency.copies import copied
from tests.concurrency.postgres import programs, running
from tests.support.demonstration import demonstration, manage


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server of this session's own."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL server programs are not installed")
    with running(folder) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(server) -> str:
    """The address of an empty database on it."""
    return server.new_database("ieg4")


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def template(engine, request, shared_folder) -> str:
    """The demonstration councils with nothing left to do, written once for each engine."""
    if engine == "sqlite":
        return f"sqlite:///{demonstration(shared_folder / 'demonstration', complete=True)}"
    url = request.getfixturevalue("server").new_database("demo")
    manage(url, "migrate", "--verbosity", "0")
    manage(url, "load_demo", "--complete")
    return url


@pytest.fixture
def database_url(template):
    """A copy of it for one test alone."""
    with copied(template) as url:
        yield url
