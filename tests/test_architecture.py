"""The shape of the code: who imports whom, what templates may hold, and what is at the top level."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.writes import writes

ROOT = Path(__file__).resolve().parents[1]
APPS = ("returns", "outcomes", "efficiency", "ieg4")

MAY_STAND_AT_TOP = {
    "manage.py", "ieg4", "returns", "outcomes", "efficiency", "templates", "static", "requirements.txt", "tests",
    "README.md", "Makefile", "pyproject.toml", "docs", "LICENSE", "CHANGELOG.md",
}  # fmt: skip

# Elements that have a line to themselves in a template; at most one of them opens on a line.
BLOCKS = re.compile(
    r"<(?:address|article|aside|blockquote|body|caption|col|colgroup|dd|details|div|dl|dt|fieldset|figcaption|figure"
    r"|footer|form|h[1-6]|head|header|html|legend|li|link|main|meta|nav|ol|optgroup|option|p|pre|script|section"
    r"|summary|table|tbody|td|tfoot|th|thead|title|tr|ul)\b"
)


MOST_LINES = 400  # of a module
MOST_LINES_OF_FUNCTION = 40
# Still longer than that, or of more branches than ruff allows. Take a name out once it is put right; add none.
LONG_MODULES: set[str] = set()
LONG_FUNCTIONS = {
    ("efficiency/gains/views.py", "get_context_data"),
    ("ieg4/cabinet/report_draft.py", "drafts"),
    ("returns/documents/engine/tags.py", "_complete_table"),
    ("efficiency/gains/printing.py", "_gains"),
    ("returns/documents/return_.py", "return_context"),
    ("outcomes/printing.py", "_bvpi157"),
    ("returns/versions/snapshot.py", "thaw"),
}
BRANCHED_FUNCTIONS = {
    ("returns/documents/engine/tags.py", "_complete_table"),
    ("returns/documents/engine/tags.py", "_drop_unread"),
    ("returns/versions/snapshot.py", "thaw"),
}


def modules(app: str) -> list[Path]:
    return [path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def imported(path: Path) -> set[str]:
    """Absolute names of all modules that a file imports, relative ones resolved."""
    package = list(path.relative_to(ROOT).with_suffix("").parts)
    if package[-1] == "__init__":
        package.pop()
        own = package
    else:
        own = package[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = own[: len(own) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{stem}.{alias.name}" for alias in node.names}
    return found


def test_imports_keep_the_contracts():
    """They are in pyproject.toml; what is printed names the import that breaks one."""
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, env=os.environ | {"DEBUG": "1"}, capture_output=True, text=True
    )

    assert found.returncode == 0, found.stdout


def test_only_the_engine_knows_the_libraries_that_make_and_read_pdf():
    found = {
        str(path.relative_to(ROOT).parent)
        for app in APPS
        for path in modules(app)
        if any(name.split(".")[0] in ("weasyprint", "pikepdf") for name in imported(path))
    }

    assert found == {"returns/documents/engine"}


def test_the_root_of_returns_holds_its_urls_its_clock_and_nothing_else():
    found = {path.name for path in (ROOT / "returns").glob("*.py")}

    assert found == {"__init__.py", "apps.py", "clock.py", "urls.py"}


def test_only_addresses_put_names_together_and_take_them_apart():
    """What parts the names of places and answers; a paragraph of the covering report has a name of its own kind."""
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in modules(app)
        if re.search(r"""['"]--['"](?:\.join|$| +#)|split\(['"]--['"]""", path.read_text(), re.MULTILINE)
    }

    # A conflict's page puts a word of its own before the name of the field in conflict.
    assert found == {
        "returns/answers/address.py",
        "returns/forms/choices.py",
        "returns/models/report_headings.py",
    }


def test_only_addresses_turn_the_columns_of_events_into_places():
    """One convention for what a place has not; the proof compares the columns themselves."""
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in modules(app)
        if re.search(r"\b(?:event|query|signoff|row)\.(?:line or None|department_id)\b", path.read_text())
    }

    assert found == {
        "returns/answers/address.py",
        "returns/values/address.py",
        "returns/history/proof.py",
    }


def test_figures_and_choices_are_put_in_words_in_one_place():
    """Beside: history and versions keep money as text, a share is reckoned to one place, a file has megabytes."""
    smells = r"_display\"|£\{[^}]*[:!]|:,?\.[0-9]f|:,\.\{|quantize|floatformat|intcomma|yesno"
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in modules(app)
        if re.search(smells, path.read_text())
    }

    assert found == {
        "returns/values/wording.py",
        "returns/values/sums.py",
        "returns/history/events.py",
        "returns/versions/snapshot.py",
        "returns/exchange/rekeying.py",
    }


def test_no_module_is_too_long():
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in modules(app)
        if len(path.read_text().splitlines()) > MOST_LINES
    }

    assert found == LONG_MODULES


def test_no_function_is_too_long():
    found = {
        (str(path.relative_to(ROOT)), node.name)
        for app in APPS
        for path in modules(app)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= MOST_LINES_OF_FUNCTION
    }

    assert found == LONG_FUNCTIONS


def test_no_other_function_is_excused_from_having_few_branches():
    """Ruff counts them (C901, PLR0915); a remark beside a function excuses it."""
    excused = re.compile(r"def (\w+)\(.*# noqa:.*(?:C901|PLR0915)")
    found = {
        (str(path.relative_to(ROOT)), match[1])
        for app in APPS
        for path in modules(app)
        for match in excused.finditer(path.read_text())
    }

    assert found == BRANCHED_FUNCTIONS


def test_no_template_compares_kinds_of_events():
    """How an event is told is in the registry of its kinds."""
    compared = re.compile(r"\{% (?:el)?if [^%]*event\.kind")
    found = [path.name for path in (ROOT / "templates").rglob("*.html") if compared.search(path.read_text())]

    assert found == []


def test_nothing_imports_tests():
    assert [
        p for app in APPS for p in modules(app) if any(n.split(".")[0] == "tests" for n in imported(p))
    ] == []


def test_templates_hold_no_script_style_or_unescaped_text():
    smells = re.compile(
        r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=\"|\|safe\b|autoescape off|mark_safe"
    )
    found = {
        (str(path.relative_to(ROOT)), match[0])
        for path in (ROOT / "templates").rglob("*.html")
        for match in smells.finditer(path.read_text())
    }

    # Crispy hands over attributes and inner markup that it has escaped itself.
    assert {name for name, _ in found} <= {
        "templates/gds/whole_uni_form.html", "templates/gds/layout/baseinput.html",
        "templates/gds/layout/button.html", "templates/gds/layout/fieldset.html",
    }  # fmt: skip
    assert {smell for _, smell in found} <= {"|safe"}


def test_templates_can_be_read():
    """No line of a template is over 120 characters or opens two block elements; djhtml keeps the indents."""
    lines = [
        (f"{path.relative_to(ROOT)}:{number}", line)
        for path in (ROOT / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text().splitlines(), 1)
    ]

    assert [where for where, line in lines if len(line) > 120] == []
    assert [where for where, line in lines if len(BLOCKS.findall(line)) > 1] == []


def test_every_page_has_one_heading_and_a_title():
    pages = [p for p in (ROOT / "templates").rglob("*.html") if '{% extends "base.html" %}' in p.read_text()]
    wrong = {
        str(path.relative_to(ROOT))
        for path in pages
        if "{% block title %}" not in path.read_text() or "<h1" not in path.read_text()
    }

    assert len(pages) > 20
    assert wrong == set()


def test_only_the_agreed_files_stand_at_the_top():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tops = {line.split("/")[0] for line in listed.splitlines()}

    assert {top for top in tops if not top.startswith(".")} <= MAY_STAND_AT_TOP


def acts() -> dict[str, tuple[ast.FunctionDef, str]]:
    """Each act with its text and that of its module's functions it is made of. An act opens a transaction."""
    found = {}
    for path in [*sorted((ROOT / "returns/acts").glob("*.py")), ROOT / "efficiency/register/acts.py"]:
        functions = {
            node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)
        }
        for name, act in functions.items():
            if "transaction.atomic" in ast.unparse(act):
                found[name] = act, "\n".join(map(ast.unparse, made_of(act, functions)))
    return found


def made_of(function: ast.FunctionDef, functions: dict) -> list[ast.FunctionDef]:
    """The function, and those of its module that it calls, each once."""
    found = [function]
    for each in found:  # which grows meanwhile
        called = {node.id for node in ast.walk(each) if isinstance(node, ast.Name)}
        found += [functions[name] for name in called & functions.keys() if functions[name] not in found]
    return found


def test_acts_take_keywords_only_lock_what_they_change_and_ask_a_rule_of_who_acts_now():
    found = acts()

    assert found.keys() == {
        "save_answers", "add_case_study", "remove_case_study", "allocate_lines", "sign_department",
        "sign_figures", "raise_query", "ask_question", "reply_to_query", "close_query",
        "add_risk", "accept_risk", "dismiss_risk", "update_risk", "close_risk",
        "correct_decision", "correct_filing", "remind", "send_due", "mark_seen", "adopt_version",
        "save_edit",  # for edit_paragraph and add_paragraph, whose part of it asks the rule
        "open_return", "save_account", "save_department",
    }  # fmt: skip
    assert [name for name, (act, _) in found.items() if act.args.args] == []
    own_return = {name for name, (_, text) in found.items() if re.search(r"\block\(return_\)", text)}
    council = {name for name, (_, text) in found.items() if re.search(r"\block_council\(authority\)", text)}
    assert found.keys() - own_return == {"open_return", "save_account"}
    assert council == {"open_return", "save_account", "save_department"}
    asked = {name for name, (_, text) in found.items() if re.search(r"\baccess\.(can_|is_)\w+\(", text)}
    present = {name for name, (_, text) in found.items() if re.search(r"\bfresh\(by\)", text)}
    # Nobody in particular sends the reminders of a day; the state of the return alone allows them.
    assert found.keys() - present == {"send_due"}
    assert found.keys() - asked == {"send_due", "save_edit"}


# Where records are changed beside the acts, and why.
WRITES_BESIDE_ACTS = {
    "returns/messages/notices.py": "part of the act that it tells of",
    "returns/messages/mail.py": "the queue of e-mail keeps its own books",
    "returns/documents/queue.py": "the queue of documents keeps its own books",
    "returns/forms/unsaved/store.py": "what was typed and not saved is kept beside the return, for its writer alone",
    "returns/demo/__init__.py": "the demonstration councils are made with their people, in development only",
    "ieg4/readiness.py": "reads what no model stands for: that the database answers, and its triggers",
}


def test_records_are_changed_in_acts_and_nowhere_else():
    acting = ("returns/acts/", "returns/lifecycle/", "returns/history/", "efficiency/register/acts.py")
    found = {}
    for path in [path for app in APPS for path in modules(app)]:
        name = str(path.relative_to(ROOT))
        if not name.startswith(acting) and (lines := writes(path.read_text())):
            found[name] = lines

    assert found.keys() == WRITES_BESIDE_ACTS.keys(), found


PLANTED = """
notice.save()
form.save()
super().save(update_fields=["name"])
Notice(person=person).save(force_insert=True)
Group.objects.get_or_create(name=role)
Notice.objects.filter(pk=1).update(seen_at=now)
unseen.update(seen_at=now)
department.delete()
return_.sent_back.all().delete()
person.groups.set([])
self.person.departments.add(department)
return_.versions.clear()
AnswerModel.objects.bulk_update(rows, ["version"])
await notice.asave()
cursor.execute("UPDATE returns_notice SET seen_at = NULL")
"""
NO_WRITES = """
book.save(written)
found.update(body.digest.encode())
vars().update(values)
token = _moment.set(moment)
ended.set()
seen.add(place.key)
cache.set("parts", drawn)
cache.delete("parts")
os.environ.clear()
old.remove(pair[0])
"""


@pytest.mark.parametrize("line", [line for line in PLANTED.splitlines() if line])
def test_a_change_of_a_record_is_found(line):
    assert writes(line) == [1]


@pytest.mark.parametrize("line", [line for line in NO_WRITES.splitlines() if line])
def test_what_only_sounds_like_a_change_of_a_record_is_none(line):
    assert writes(line) == []


def test_only_the_lifecycle_moves_a_return_and_only_the_history_writes_events():
    """One door each: nobody else sets a return's status or creates an event."""
    found = {
        (str(path.relative_to(ROOT)), match[0])
        for app in APPS
        for path in modules(app)
        for match in re.finditer(
            r"return_\.status = |Event\.objects\.(?:bulk_)?create|event\.save\(", path.read_text()
        )
    }

    assert found == {
        ("returns/lifecycle/performing.py", "return_.status = "),
        ("returns/history/events.py", "Event.objects.bulk_create"),
    }


# Words that are the key of a section or a table as well, where they mean something else.
HOMONYMS = {
    ("ieg4/settings.py", "outcomes"),  # the apps
    ("ieg4/settings.py", "efficiency"),
    ("efficiency/register/views.py", "outcomes"),  # what pages call the outcomes that a risk touches
    ("ieg4/cabinet/report.py", "gains"),  # a column of the report's appendix
    ("returns/demo/__init__.py", "gains"),  # a column of the demonstration data
    ("returns/views/acts.py", "change"),  # a button
    ("templates/returns/act_check.html", "change"),
}


def owners_of_keys() -> dict[str, set[str]]:
    """The apps that keep the answers of each section and table of our forms, by key.

    Where another app keeps some, a section is that app's, though returns keeps the declarations of nil.
    """
    found: dict[str, set[str]] = {}
    for path in (ROOT / "returns/proforma").glob("*.json"):
        for section in json.loads(path.read_text())["sections"]:
            apps = {table["model"].split(".")[0] for table in section["tables"]}
            for key in [section["key"], *(table["key"] for table in section["tables"])]:
                found.setdefault(key, set()).update(apps - {"returns"} or apps)
    return found


def strings() -> list[tuple[Path, str]]:
    """Every string in the code, and every quoted one in a tag or a value of a template."""
    quoted = re.compile(r"""\{[{%][^}]*?['"]([\w-]+)['"]|value="([\w-]+)\"""")
    nodes = [
        (path, node)
        for app in APPS
        for path in modules(app)
        for node in ast.walk(ast.parse(path.read_text()))
    ]
    return [(path, node.value) for path, node in nodes if isinstance(getattr(node, "value", None), str)] + [
        (path, first or second)
        for path in (ROOT / "templates").rglob("*.html")
        for first, second in quoted.findall(path.read_text())
    ]


def test_only_the_app_that_keeps_a_section_names_it():
    """Others ask the form: who answers or signs it, whether it has tiers, ratings or points, and on which model."""
    owners = owners_of_keys()
    found = {
        (str(path.relative_to(ROOT)), text)
        for path, text in strings()
        if text in owners and path.relative_to(ROOT).parts[0] not in owners[text]
    }

    assert found == HOMONYMS


LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


def headings(page: Path) -> set[str]:
    """The anchors of a page: its headings in small letters, without marks, with hyphens for spaces."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_every_link_in_the_documents_leads_somewhere():
    """To a file that is there, and where it names a heading, to a heading of that file."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    pages = [ROOT / name for name in listed.splitlines() if (ROOT / name).exists()]
    links = [(page, *found) for page in pages for found in LINK.findall(page.read_text(encoding="utf-8"))]
    targets = [
        (page, target, anchor, page.parent / target if target else page) for page, target, anchor in links
    ]
    wrong = {
        (str(page.relative_to(ROOT)), f"{target}#{anchor}" if anchor else target)
        for page, target, anchor, file in targets
        if not file.exists() or (anchor and anchor not in headings(file))
    }

    assert len(links) > 40
    assert wrong == set()


def test_the_list_of_decisions_names_each_of_them():
    folder = ROOT / "docs/decisions"
    named = re.findall(
        r"^- \[\d{4}\]\((.+?)\) ", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert named == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_the_stair_is_drawn_as_the_contract_has_it():
    """Every room of returns, from top to bottom; what is no room (migrations, apps, filters) is not drawn."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(each["layers"] for each in contracts if each.get("containers") == ["returns"])
    kept = [room for layer in layers for room in layer.split(" | ")]
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    drawing = page.split("## The stair of `returns`")[1].split("\n    ", 1)[1].split("\n\n")[0]
    drawn = [room for line in drawing.splitlines() for room in re.findall(r"[a-z]+", line[:46])]

    assert drawn == [room for room in kept if room not in {"migrations", "apps", "templatetags"}]
