"""The shape of the code: who imports whom, what templates may hold, and what is at the top level."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

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


def test_acts_take_keywords_only_and_lock_the_return():
    """An act is a public function that opens a transaction; the others in these modules are parts of acts."""
    paths = [*sorted((ROOT / "returns/acts").glob("*.py")), ROOT / "efficiency/register/acts.py"]
    trees = [ast.parse(path.read_text()) for path in paths]
    functions = [n for tree in trees for n in tree.body if isinstance(n, ast.FunctionDef)]
    acts = [f for f in functions if "transaction.atomic" in ast.unparse(f)]

    assert {act.name for act in acts} == {
        "save_answers", "add_case_study", "remove_case_study", "allocate_lines", "sign_department",
        "sign_figures", "raise_query", "ask_question", "reply_to_query", "close_query",
        "add_risk", "accept_risk", "dismiss_risk", "update_risk", "close_risk",
        "correct_decision", "correct_filing", "adopt_version",
        "save_edit",  # for edit_paragraph and add_paragraph
        "save_account",
    }  # fmt: skip
    assert [act.name for act in acts if act.args.args] == []
    locked = r"lock\(return_\)|_begin\(return_, by\)"
    # An account is the council's, so that its row is locked.
    assert [act.name for act in acts if not re.search(locked, ast.unparse(act))] == ["save_account"]


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

    assert drawn == [room for room in kept if room not in {"migrations", "apps", "templatetags", "target"}]
