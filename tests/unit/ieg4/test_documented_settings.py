"""docs/operating.md names every setting that settings.py reads and every command of ours, and no other."""

import ast
import re
from pathlib import Path

from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[3]
APPS = {"returns", "outcomes", "efficiency", "ieg4"}
READERS = re.compile(r"env\.\w+|os\.getenv|os\.environ\.get")


def first_column(heading: str) -> list[str]:
    """The first word in backticks of each row of the tables under that heading of docs/operating.md."""
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    chapter = re.split(r"^## ", page.split(f"\n## {heading}\n")[1], flags=re.MULTILINE)[0]
    return re.findall(r"^\| `(\w+)", chapter, re.MULTILINE)


def read_from_environment() -> set[str]:
    """The names that settings.py asks the environment for; one that isn't written out fails here."""
    tree = ast.parse((ROOT / "ieg4/settings.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    asked = [
        call.args[0] for call in calls if READERS.fullmatch(ast.unparse(call.func)) and not is_parser(call)
    ]
    asked += [
        node.slice
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ"
    ]
    return {ast.literal_eval(name) for name in asked}


def is_parser(call: ast.Call) -> bool:
    """Whether the call reads an address that it is given, not the environment: `env.email_url_config(address)`."""
    return ast.unparse(call.func).endswith("_config")


def test_every_setting_is_documented():
    documented = first_column("Settings")

    assert sorted(documented) == sorted(read_from_environment())


def test_every_command_is_documented():
    ours = {name for name, app in get_commands().items() if app in APPS}

    assert sorted(first_column("Commands")) == sorted(ours)
