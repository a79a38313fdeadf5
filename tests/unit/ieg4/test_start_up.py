"""What stops a start, with which sentence; what doesn't; and a database that is away for a while."""

import ast
import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PRODUCTION = {
    "SECRET_KEY": "A key for tests alone: 0123456789, abcdefghij, KLMNOPQRST.",
    "ALLOWED_HOSTS": "ieg4.example",
}

NO_KEY = (
    "SECRET_KEY is not set, so sessions could be forged. Set it to a long random text, or set DEBUG=1 to try the "
    "application on this machine."
)
WEAK_KEY = (
    "SECRET_KEY can be guessed: it has fewer than 50 characters, fewer than 10 different ones, or begins with "
    "“django-insecure-”. Set it to the text that this prints: "
    "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
)
NO_HOST = (
    "ALLOWED_HOSTS names no host, or every host. Set it to the names this site is reached by, such as "
    "ieg4.example.gov.uk."
)
NOT_A_HOST = (
    "ALLOWED_HOSTS contains “{}”, which is not the full name of one host. Set it to the names this site is reached "
    "by, such as ieg4.example.gov.uk, without a dot in front, a port or https://."
)
DEBUG_FOR_OTHERS = (
    "DEBUG=1 shows visitors program code and settings, and ALLOWED_HOSTS names a host that others can reach. Take "
    "DEBUG out, or allow no host but 127.0.0.1 and localhost."
)
HTTPS_OFF = "HTTPS=0 is for trying the application on this machine. Take it out, or allow no other host."
NOT_A_DAY = "TODAY is “{}”, which is not a day. Set it to a day such as 2004-12-08, or take it out."
NO_DEMONSTRATION = (
    "TODAY changes the day that every deadline and delegation is judged by. Take it out, or set DEMO=1 as well if "
    "this installation is a demonstration."
)
NOT_A_DATABASE = (
    "DATABASE_URL is not the address of an SQLite or PostgreSQL database. Set it to sqlite:////folder/file.sqlite3 "
    "or postgres://user:password@host:5432/name, each special character of the password written as % and its code."
)
NOT_A_MAIL_SERVER = (
    "EMAIL_URL is not the address of a mail server. Set it to one such as smtp://user:password@host:25 or "
    "smtp+tls://user:password@host:587."
)
NOT_A_SITE = (
    "SITE_URL is “{}”, which links in mail can’t begin with. Set it to the address of this site, such as "
    "https://ieg4.example.gov.uk."
)
BAD = [
    ({"SECRET_KEY": ""}, NO_KEY),
    *(
        ({"SECRET_KEY": key}, WEAK_KEY)
        for key in ("x" * 200, "0123456789" * 4 + "012345678", "ab" * 30, "django-insecure-" + "0123456789" * 6)
    ),
    *(({"ALLOWED_HOSTS": hosts}, NO_HOST) for hosts in ("", "*", "ieg4.example,*", " , ")),
    *(
        ({"ALLOWED_HOSTS": f"ieg4.example,{host}"}, NOT_A_HOST.format(host))
        for host in (".example", ".", "https://ieg4.example", "ieg4.example:8000", "two names", "*.example")
    ),
    *(({"DEBUG": "1", "ALLOWED_HOSTS": f"localhost,{host}"}, DEBUG_FOR_OTHERS) for host in ("a.example", "10.0.0.1")),
    ({"HTTPS": "0"}, HTTPS_OFF),
    *(
        ({"DEMO": "1", "TODAY": day}, NOT_A_DAY.format(day))
        for day in ("tomorrow", "2004-13-01", "8/12/2004", "2004-12-08T09:00")
    ),
    ({"TODAY": "2004-12-08"}, NO_DEMONSTRATION),
    ({"TODAY": "2004-12-08", "DEMO": "0", "DEBUG": "1", "ALLOWED_HOSTS": "localhost"}, NO_DEMONSTRATION),
    *(
        ({"DATABASE_URL": url}, NOT_A_DATABASE)
        for url in (
            "nonsense", "://", "mysql://u:p@h/d", "postgres://", "postgres://u:p@h", "postgres://u:p@h:port/d",
            "postgres://u:p/w@h/d", "postgres://u:p@[::1/d", "sqlite://", "sqlite:///", "sqlite://file.sqlite3",
            "sqlite:///:memory:", "/var/ieg4.sqlite3",
        )
    ),
    *(({"EMAIL_URL": url}, NOT_A_MAIL_SERVER) for url in ("nonsense", "smtp://u:p@h:port", "mailto://a@b")),
    *(
        ({"SITE_URL": url}, NOT_A_SITE.format(url))
        for url in ("ieg4.example", "ftp://ieg4.example", "javascript:alert(1)", "https://", "https://a b",
                    "https://ieg4.example/?x=1", "//ieg4.example")
    ),
]  # fmt: skip
GOOD = [
    {},
    {"SECRET_KEY": "$" + PRODUCTION["SECRET_KEY"]},
    {"ALLOWED_HOSTS": "ieg4.example, www.ieg4.example,[::1]"},
    {"ALLOWED_HOSTS": "127.0.0.1,localhost", "HTTPS": "0"},
    {"TODAY": "2004-12-08", "DEMO": "1"},
    {"TODAY": "2004-12-08", "DEBUG": "1", "SECRET_KEY": "", "ALLOWED_HOSTS": "localhost"},
    {"TODAY": "", "DATABASE_URL": "", "EMAIL_URL": "", "SITE_URL": ""},
    {"DATABASE_URL": "postgresql://u:p%2Fw@host:5432/name?sslmode=require"},
    {"DATABASE_URL": "sqlite:////tmp/ieg4.sqlite3"},
    {"EMAIL_URL": "smtp+tls://user:password@host:587"},
    {"SITE_URL": "https://ieg4.example/"},
]


def general(sentence: str) -> str:
    """The sentence without the value that it quotes."""
    return re.sub("“.*?”", "“”", sentence, count=1)


PROCESSES: list[subprocess.Popen] = []


@pytest.fixture(autouse=True)
def nothing_left():
    """Whatever a test that failed has left running is ended."""
    yield
    while PROCESSES:
        with PROCESSES.pop() as process:
            process.kill()


def begun(*command: str, changed: dict[str, str], **details) -> subprocess.Popen:
    """That Python command with nothing in its environment but these settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=kept | PRODUCTION | changed, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **details,
    )  # fmt: skip
    PROCESSES.append(process)
    return process


def ended(process: subprocess.Popen) -> tuple[int, str, str]:
    out, problems = process.communicate(timeout=120)
    return process.returncode, out, problems


READ_EACH = """
import json, os, runpy, sys
from django.core.exceptions import ImproperlyConfigured
for changed in json.load(sys.stdin):
    os.environ |= changed
    try:
        runpy.run_path("ieg4/settings.py")
        said = ""
    except ImproperlyConfigured as error:
        said = str(error)
    print(json.dumps(said))
    for name in changed:
        os.environ.pop(name)
    os.environ |= json.loads(sys.argv[1])
"""


def test_each_bad_value_is_refused_with_its_sentence_and_each_good_one_passes():
    """All in one process, which reads the settings anew for each."""
    process = begun("-c", READ_EACH, json.dumps(PRODUCTION), changed={}, stdin=subprocess.PIPE)
    out, problems = process.communicate(json.dumps([changed for changed, _ in BAD] + GOOD), timeout=120)

    assert problems == ""
    assert [json.loads(line) for line in out.splitlines()] == [sentence for _, sentence in BAD] + [""] * len(
        GOOD
    )


@pytest.mark.parametrize("sentence", sorted({general(sentence) for _, sentence in BAD}))
def test_refused_setting_ends_commands_and_server_with_that_sentence(sentence):
    """A server ends with 3, on which gunicorn gives up; so that it doesn't try again and again."""
    changed, said = next((changed, said) for changed, said in BAD if general(said) == sentence)
    command = begun("manage.py", "check", changed=changed)
    server = begun("-c", "import ieg4.wsgi", changed=changed)

    assert ended(command) == (1, "", f"Not started. {said}\n")
    assert ended(server) == (3, "", f"Not started. {said}\n")


def test_every_refusal_of_the_settings_is_tried():
    tree = ast.parse((ROOT / "ieg4/settings.py").read_text())
    raised = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]

    assert len(raised) == len({general(sentence) for _, sentence in BAD})


def test_what_the_address_of_the_database_says_is_kept():
    url = "postgres://u:p@host/name?sslmode=require"
    shown = begun(
        "-c", "from ieg4 import settings; print(sorted(settings.DATABASES['default']['OPTIONS']))",
        changed={"DATABASE_URL": url},
    )  # fmt: skip

    assert ended(shown) == (0, "['connect_timeout', 'options', 'sslmode']\n", "")


def test_many_who_start_at_once_on_a_new_machine_read_one_whole_key(tmp_path):
    """Each made its own otherwise, or read one that was only half written."""
    script = (
        "import pathlib, ieg4.settings as s\n"
        f"s.VAR = pathlib.Path({str(tmp_path / 'var')!r})\n"
        "import sys; sys.stdin.readline(); print(s._development_key())"
    )
    processes = [begun("-c", script, changed={}, stdin=subprocess.PIPE) for _ in range(6)]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    keys = {ended(process)[1].strip() for process in processes}

    assert [len(key) for key in keys] == [50]
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret-key"]
    assert (tmp_path / "var/secret-key").stat().st_mode & 0o777 == 0o600


def served(database: Path, *, static: Path) -> dict[str, str]:
    """The environment of an installation with that SQLite file and that folder of collected files."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.journeys.served",
        "DATABASE_URL": f"sqlite:///{database}",
        "STATIC_ROOT": str(static),
    }


# A database that is away.


def test_a_server_that_starts_while_the_database_is_away_waits_for_it(tmp_path):
    """There is no file, and no folder to make one in, until the server has looked once."""
    folder = tmp_path / "volume"
    server = begun("-c", "import ieg4.wsgi", changed=served(folder / "db.sqlite3", static=tmp_path))

    first = server.stderr.readline()
    folder.mkdir()

    assert first.split(" ", 2)[2] == (
        "WARNING ieg4.starting The database does not answer (unable to open database file). Trying again in 1 s.\n"
    )
    code, out, problems = ended(server)
    assert (code, out, set(problems.splitlines())) == (0, "", set())


def test_a_server_whose_database_stays_away_ends_with_a_sentence(tmp_path):
    script = (
        "from django.core.wsgi import get_wsgi_application as make; from ieg4.starting import checked\n"
        "checked(make, patience=1.9)"
    )
    settings = served(tmp_path / "nowhere/db.sqlite3", static=tmp_path)

    code, out, problems = ended(begun("-c", script, changed=settings))

    assert (code, out, [re.sub(r"^[\d-]+ [\d:,]+ ", "", line) for line in problems.splitlines()]) == (1, "", [
        "WARNING ieg4.starting The database does not answer (unable to open database file). Trying again in 1 s.",
        "Not started: the database does not answer (unable to open database file). "
            "Start it, or correct DATABASE_URL.",
    ])  # fmt: skip


@pytest.mark.parametrize("command", ["send_mail", "draw_documents"])
def test_a_watching_command_outlives_a_database_that_is_away(command, tmp_path):
    url = f"sqlite:///{tmp_path / 'nowhere/db.sqlite3'}"
    watching = begun("manage.py", command, "--watch", changed={"DATABASE_URL": url})

    said = watching.stderr.readline()
    watching.send_signal(signal.SIGTERM)

    assert said.startswith("The queue can’t be read just now: unable to open database file. Trying again")
    code, out, problems = ended(watching)
    assert (code, out, "Traceback" in problems) == (0, "", False)


@pytest.mark.parametrize(
    "command", [("send_mail",), ("draw_documents",), ("check_return", "marchshire", "ieg4")]
)
def test_a_command_whose_database_is_away_ends_with_a_sentence(command, tmp_path):
    url = f"sqlite:///{tmp_path / 'nowhere/db.sqlite3'}"

    assert ended(begun("manage.py", *command, changed={"DATABASE_URL": url})) == (
        1,
        "",
        "The database can’t be used: unable to open database file. If it was never set up, run manage.py migrate "
        "first.\n",
    )


# What `check --deploy` looks at.


@pytest.fixture(scope="module")
def migrated(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "db.sqlite3"
    url = f"sqlite:///{path}"
    assert ended(begun("manage.py", "migrate", "--verbosity", "0", changed={"DATABASE_URL": url})) == (
        0,
        "",
        "",
    )
    return path


@pytest.fixture
def database(migrated, tmp_path):
    """A database that has had every migration."""
    shutil.copy(migrated, tmp_path / "db.sqlite3")
    with contextlib.closing(sqlite3.connect(tmp_path / "db.sqlite3", isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def deploy_check(database, tmp_path):
    """What `check --deploy` says of that database and a folder of collected files: exit code, and each error."""
    (tmp_path / "staticfiles.json").write_text('{"version": "1.1", "paths": {}, "hash": ""}')
    settings = served(tmp_path / "db.sqlite3", static=tmp_path)

    def check(**changed) -> tuple[int, list[str]]:
        arguments = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
        code, _, problems = ended(begun(*arguments, changed=settings | changed))
        return code, re.findall(r"^\?: \((.*)$", problems, re.MULTILINE)

    return check


def test_an_installation_in_order_passes_the_deploy_check(deploy_check):
    assert deploy_check() == (0, [])


def test_deploy_check_names_migrations_that_are_not_applied(deploy_check, database):
    database.execute("DELETE FROM django_migrations WHERE name IN ('0006_drawing', '0001_guards')")

    assert deploy_check() == (
        1, ["ieg4.E002) Migrations are not applied: ieg4.0001_guards, returns.0006_drawing."],
    )  # fmt: skip


def test_deploy_check_of_an_empty_database_names_every_migration(deploy_check, tmp_path):
    code, [problem] = deploy_check(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")

    assert code == 1
    assert problem.startswith("ieg4.E002) Migrations are not applied: auth.0001_initial, ")


def test_deploy_check_names_guards_that_are_missing(deploy_check, database):
    database.execute("DROP TRIGGER returns_event_no_update")
    database.execute("DROP TRIGGER outcomes_outcome_locked_delete")

    assert deploy_check() == (
        1, [
            "ieg4.E003) Triggers that guard history and locked answers are missing: "
            "outcomes_outcome_locked_delete, returns_event_no_update.",
        ],
    )  # fmt: skip


def test_deploy_check_finds_static_files_that_are_not_collected(deploy_check, tmp_path):
    (tmp_path / "staticfiles.json").unlink()

    assert deploy_check() == (
        1, ["ieg4.E004) The list of static files (staticfiles.json) is missing, so no page can be shown."],
    )  # fmt: skip


def test_deploy_check_finds_a_database_that_does_not_answer(deploy_check, tmp_path):
    assert deploy_check(DATABASE_URL=f"sqlite:///{tmp_path / 'nowhere/db.sqlite3'}") == (
        1, ["ieg4.E001) The database does not answer: unable to open database file"],
    )  # fmt: skip
