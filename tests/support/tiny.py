"""A second form, of one page, so that a test can tell what belongs to the code from what belongs to IEG4."""

from pathlib import Path

from returns.proforma import Proforma, load, schema

FOLDER = Path(__file__).resolve().parents[1]


def know_tiny(monkeypatch) -> Proforma:
    """The form of `tiny.json`, known beside our own until the test ends."""
    monkeypatch.setattr(schema, "FOLDERS", (*schema.FOLDERS, FOLDER))
    return load("tiny")
