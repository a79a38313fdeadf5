import copy
import json
from collections import Counter

import pytest

from returns.proforma import ProformaError, load, schema
from returns.proforma.checks import check_definitions, check_returns, misfits

RAW = json.loads((schema.FOLDER / "ieg4.json").read_text())


def test_proforma_has_every_section_and_line():
    proforma = load("ieg4")

    assert [(s.number, s.key, len(s.lines), len(s.points)) for s in proforma.sections] == [
        (0, "cover", 0, 0),
        (1, "context", 0, 0),
        (2, "outcomes", 72, 4),
        (3, "change", 14, 4),
        (4, "bvpi157", 10, 5),
        (5, "takeup", 9, 5),
        (6, "resources", 6, 7),
        (7, "efficiency", 6, 5),
        (8, "cases", 0, 0),
    ]
    tiers = Counter(line.tier for line in proforma.section_by_key["outcomes"].lines)
    assert tiers == {"required": 29, "good": 25, "excellent": 18}
    assert len(proforma.section_by_key["outcomes"].groups) == 14
    assert (proforma.round.grant_gbp, proforma.round.grant_year) == (150_000, "2005/06")


def test_proforma_fits_the_models():
    assert list(misfits(load("ieg4"))) == []


def _cut(path, value="REMOVE"):
    raw = copy.deepcopy(RAW)
    *parents, last = path
    at = raw
    for key in parents:
        at = at[key]
    if value == "REMOVE":
        del at[last]
    else:
        at[last] = value
    return raw


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (_cut(["round", "grant_gbp"], "lots"), r"Expected `int`, got `str` - at `\$.round.grant_gbp`"),
        (_cut(["sections", 2, "title"]), r"missing required field `title` - at `\$.sections\[2\]`"),
        (_cut(["sections", 2, "colour"], "red"), r"unknown field `colour`"),
        (_cut(["sections", 2, "lines", 0, "tier"], "silver"), r"outcomes.R1: unknown tier 'silver'"),
        (_cut(["sections", 2, "lines", 0, "group"], "XXX"), r"outcomes.R1: unknown group 'XXX'"),
        (_cut(["sections", 2, "lines", 0, "key"], "R2"), r"lines: 'R2' is there twice"),
        (
            _cut(["sections", 2, "lines", 0, "applies_to"], ["parish"]),
            r"outcomes.R1: unknown type of council 'parish'",
        ),
        (_cut(["sections", 2, "lines", 0, "sources"], ["S99"]), r"outcomes.R1: unknown source 'S99'"),
        (_cut(["sections", 3, "number"], 9), r"sections: the numbers do not run from 0"),
        (_cut(["tiers", 0, "count"], 30), r"tiers.required: count says 30, the lines say 29"),
        (_cut(["sections", 2, "tables", 1, "shape"], "cube"), r"Invalid enum value 'cube'"),
        (
            _cut(["sections", 2, "tables", 1, "points"], []),
            r"outcomes.outcome_lights: points and point_field",
        ),
        (_cut(["key"], "other"), r"key: 'other' differs from the file's name"),
    ],
)
def test_malformed_definition_names_the_place(raw, message, tmp_path, monkeypatch):
    (tmp_path / "ieg4.json").write_text(json.dumps(raw))

    with pytest.raises(ProformaError, match=message):
        schema.read(tmp_path / "ieg4.json")

    monkeypatch.setattr(schema, "FOLDERS", (tmp_path,))
    [problem] = check_definitions(None)
    assert (problem.id, problem.is_serious()) == ("proforma.E001", True)


def test_broken_json_names_the_place(tmp_path):
    (tmp_path / "ieg4.json").write_text('{"key": "ieg4",')

    with pytest.raises(ProformaError, match="ieg4.json: Input data was truncated"):
        schema.read(tmp_path / "ieg4.json")


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (["model"], "outcomes.Nothing", "there is no model 'outcomes.Nothing'"),
        (["columns", 0, "field"], "lamp", "outcomes.OutcomeStatus has no such field or property"),
        (["row_field"], "row", "outcomes.OutcomeStatus has no such field or property"),
    ],
)
def test_definition_that_the_models_lack_is_refused(path, value, problem, tmp_path, monkeypatch):
    (tmp_path / "ieg4.json").write_text(json.dumps(_cut(["sections", 2, "tables", 1, *path], value)))
    monkeypatch.setattr(schema, "FOLDERS", (tmp_path,))

    [found] = check_definitions(None)

    assert found.id == "proforma.E002"
    assert found.msg.startswith("ieg4.json: outcomes.outcome_lights")
    assert found.msg.endswith(problem)


def test_return_with_unknown_proforma_stops_start_up(marchshire):
    assert check_returns(None, databases=["default"]) == []
    unknown = copy.copy(marchshire)
    unknown.pk, unknown.round, unknown.proforma_key = None, "ieg9", "ieg9"
    unknown.save()

    [found] = check_returns(None, databases=["default"])

    assert found.msg == "A return in the database answers the proforma 'ieg9', which is not known."
