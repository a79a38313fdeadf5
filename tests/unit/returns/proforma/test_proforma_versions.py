"""Version 1 of IEG4 never changes; version 2 says what was found since, and nothing else."""

import hashlib
import json

import pytest

from returns.proforma import ProformaError, current, known_keys, load, schema, versions_of
from returns.proforma.checks import check_definitions
from tests.support.faults import code, planted, write

# Returns are locked against these files. A correction is a new file with the next version's number.
DIGESTS = {"ieg4": "b23fe7aabc76818fb5e9e18a2efeac41011217682fd9dfbd3acf4d6bf8a1f9f5"}

RAW = {key: json.loads((schema.FOLDER / f"{key}.json").read_text()) for key in ("ieg4", "ieg4-v2")}

SPLIT = (
    "The date is confirmed. The number is likely: required and good make 54 together, and R28 and G25 exist, "
    "so they are 29 and 25, as here, or 28 and 26."
)
NOT_READ = "marked in its note for all councils; what the note exempts was not read"
AMONG_ELEVEN = "its place among the first eleven areas is likely"
IEG3_ENDED = "IEG3 ended with 2005/06"

# (place, field, in version 1, in version 2); None where a version does not say it.
CHANGES = [
    ("", "key", "ieg4", "ieg4-v2"),
    ("", "version", "1", "2"),
    ("tiers/required", "note", None, SPLIT),
    ("tiers/good", "note", None, SPLIT),
    ("sections/outcomes", "sources", ["S01", "S08"], ["S01", "S08", "S46", "S48"]),
    (
        "sections/outcomes",
        "note",
        None,
        "There are 14 areas. The names and the order of twelve of them, one after another, are confirmed; where "
        "e-Procurement and Supporting new ways of working come among the first eleven is likely, and with it the "
        "areas' numbers up to 11.",
    ),
    *(
        (f"sections/outcomes/groups/{area}", field, old, new)
        for area in ("SCH", "COM", "DEM", "ENV", "PAY", "LIB", "TRA", "BEN", "VUL")
        for field, old, new in [("confidence", "likely", "confirmed"), ("sources", None, ["S46"])]
    ),
    ("sections/outcomes/groups/ACC", "sources", None, ["S46"]),
    ("sections/outcomes/groups/TAK", "sources", None, ["S46"]),
    ("sections/outcomes/groups/PRO", "note", None, AMONG_ELEVEN),
    ("sections/outcomes/groups/NWW", "note", None, AMONG_ELEVEN),
    ("sections/outcomes/groups/BUS", "confidence", "likely", "confirmed"),
    ("sections/outcomes/groups/BUS", "sources", None, ["S46", "S48"]),
    (
        "sections/outcomes/groups/BUS",
        "note",
        None,
        "the fourteenth by deduction: it comes last of the twelve, and there are 14",
    ),
    (
        "sections/outcomes/lines/R3",
        "guidance",
        None,
        "A council that classifies by another list plans its move to the Local Government Category List by "
        "December 2005.",
    ),
    ("sections/outcomes/lines/R3", "applies_to_confidence", "assumed", "likely"),
    ("sections/outcomes/lines/R3", "note", None, NOT_READ),
    (
        "sections/outcomes/lines/R8",
        "label",
        "Planning and building control applications can be sent in over the web and handled electronically from "
        "receipt to decision.",
        "Planning and building control applications are made, received, processed and followed online to the "
        "decision, progress being shown behind a password.",
    ),
    (
        "sections/outcomes/lines/R8",
        "applies_to",
        ["shire_district", "unitary", "metropolitan", "london_borough", "national_park"],
        None,
    ),
    (
        "sections/outcomes/lines/R8",
        "guidance",
        None,
        "A council that does not decide such applications is not simply exempt: its pages link straight to those "
        "of the council that does, or carry that council's content.",
    ),
    ("sections/outcomes/lines/R8", "sponsor", None, "Head of Planning Services"),
    ("sections/outcomes/lines/R8", "confidence", "likely", "confirmed"),
    ("sections/outcomes/lines/R8", "applies_to_confidence", "assumed", "confirmed"),
    ("sections/outcomes/lines/R8", "sources", ["S24"], ["S24", "S42"]),
    (
        "sections/outcomes/lines/R8",
        "note",
        None,
        "applies to every type of council, counties included; its exemption was read",
    ),
    ("sections/outcomes/lines/R9", "sources", ["S25"], ["S25", "S51"]),
    (
        "sections/outcomes/lines/R15",
        "label",
        "Public transport information for the area is available online, including real-time running information "
        "where such systems exist.",
        "Public transport information is available online and linked to live systems, so that travellers can plan "
        "a journey interactively.",
    ),
    ("sections/outcomes/lines/R15", "sources", None, ["S47"]),
    (
        "sections/outcomes/lines/R22",
        "guidance",
        None,
        "Where home working is refused, the comment gives the business case and the date on which it is looked at "
        "again.",
    ),
    ("sections/outcomes/lines/R22", "applies_to_confidence", "assumed", "likely"),
    ("sections/outcomes/lines/R22", "note", None, NOT_READ),
    (
        "sections/outcomes/lines/R23",
        "label",
        "Council services can be reached outside normal office hours, through the internet or a telephone contact "
        "centre.",
        "Every council service can be used outside standard office hours, by self-service or with help from staff, "
        "over the web or a telephone contact centre.",
    ),
    (
        "sections/outcomes/lines/R23",
        "guidance",
        None,
        "Standard office hours are 9 to 5 from Monday to Friday.",
    ),
    ("sections/outcomes/lines/R23", "sponsor", None, "Head of Customer Services"),
    ("sections/outcomes/lines/R23", "confidence", "likely", "confirmed"),
    ("sections/outcomes/lines/R23", "applies_to_confidence", "assumed", "confirmed"),
    ("sections/outcomes/lines/R23", "sources", None, ["S43"]),
    (
        "sections/outcomes/lines/G19",
        "guidance",
        None,
        "What counts is that the council is committed to the method, not that the work is done; no records system "
        "is required.",
    ),
    ("sections/outcomes/lines/G19", "confidence", "likely", "confirmed"),
    ("sections/outcomes/lines/G19", "sources", None, ["S44"]),
    ("sections/outcomes/lines/G19", "note", None, "its tier is confirmed too"),
    ("sections/outcomes/lines/G21", "applies_to_confidence", "assumed", "likely"),
    ("sections/outcomes/lines/G21", "note", None, NOT_READ),
    (
        "sections/outcomes/lines/G25",
        "label",
        "A citizen who moves home needs to tell the council only once for every service to be updated.",
        "The council has facilities by which a citizen who moves home gives notice of the new address once only.",
    ),
    ("sections/outcomes/lines/G25", "confidence", "likely", "confirmed"),
    ("sections/outcomes/lines/G25", "sources", None, ["S45"]),
    ("sections/change", "sources", ["S08", "S11"], ["S08", "S11", "S50"]),
    (
        "sections/change",
        "note",
        None,
        "Its lines probably descend from the six themes of IEG3: interactions, access channels, trust and "
        "connections, enablers, e-business, organisational development.",
    ),
    (
        "sections/bvpi157",
        "note",
        None,
        "IEG3 asked for a span of five years; that IEG4 does too is likely. The national series of IEG3, in per "
        "cent: 33 in 2001/02, 46 in 2002/03, 66 in 2003/04, 86 in 2004/05 and 99 in 2005/06, the later years being "
        "forecasts.",
    ),
    *(
        (f"sections/resources/tables/resource_amounts/points/{year}", field, old, new)
        for year, field, old, new in [
            ("2001-02", "confidence", "assumed", "likely"),
            ("2001-02", "note", None, "IEG3 began with this year"),
            ("2006-07", "note", None, IEG3_ENDED),
            ("2007-08", "note", None, IEG3_ENDED),
        ]
    ),
]

ESD = "http://www.esd.org.uk/esdtoolkit/psto/content"
NEW_SOURCES = {
    "S42": f"{ESD}/R8.xml",
    "S43": f"{ESD}/R23.xml",
    "S44": "https://studylib.net/doc/16038556/corporate-information-resources-team%E2%80%A6-may-2006",
    "S45": "https://hbinfo.org/forums/topics/e-gov-g25-single-notification-of-a-change-of-address",
    "S46": "https://studylib.net/doc/16101058/",
    "S47": "https://www.computerweekly.com/news/2240055848/Whitehall-softens-2005-e-gov-targets",
    "S48": "http://www.ifg.cc/",
    "S49": "http://www.publicnet.co.uk/abstracts/2005/03/16/",
    "S50": "https://studylib.net/doc/16036899/",
    "S51": "http://www.publicnet.co.uk/news/2004/08/19/",
}


@pytest.mark.parametrize(("key", "digest"), DIGESTS.items())
def test_locked_file_keeps_its_bytes(key, digest):
    body = (schema.FOLDER / f"{key}.json").read_bytes()

    assert hashlib.sha256(body).hexdigest() == digest


def test_second_version_changes_what_was_found_and_nothing_else():
    first, second = dict(_said(RAW["ieg4"])), dict(_said(RAW["ieg4-v2"]))

    changed = [
        (*where, first.get(where), second.get(where))
        for where in first.keys() | second.keys()
        if first.get(where) != second.get(where)
    ]

    assert sorted(each for each in changed if not each[0].startswith("sources/")) == sorted(CHANGES)
    old, new = ({source["key"]: source for source in RAW[key]["sources"]} for key in ("ieg4", "ieg4-v2"))
    assert new == old | {key: {**new[key], "url": url} for key, url in NEW_SOURCES.items()}
    assert list(new) == [*old, *NEW_SOURCES]


def test_second_version_keeps_every_code_in_its_order():
    first, second = load("ieg4"), load("ieg4-v2")

    assert _codes(second) == _codes(first)


@pytest.mark.parametrize(
    ("key", "confirmed"),
    [
        ("ieg4", ["R3", "R21", "R22", "R26", "R28", "G21"]),
        ("ieg4-v2", ["R3", "R8", "R21", "R22", "R23", "R26", "R28", "G19", "G21", "G25"]),
    ],
)
def test_outcomes_whose_code_and_subject_are_confirmed(key, confirmed):
    lines = load(key).section_by_key["outcomes"].lines

    assert [line.key for line in lines if line.confidence == "confirmed"] == confirmed


@pytest.mark.parametrize("key", ["ieg4", "ieg4-v2"])
def test_lines_that_are_our_own_choice_say_so(key):
    ours = [line.key for section in load(key).sections for line in section.lines if line.wording_is_ours]

    assert ours == [
        "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E10", "E11", "E12", "E13", "E14", "E15", "E16",
        "E17", "E18", "CM12", "CM14", "W4", "RS6",
    ]  # fmt: skip


def test_new_returns_take_the_newest_version():
    assert (versions_of("ieg4"), current("ieg4")) == ([load("ieg4"), load("ieg4-v2")], load("ieg4-v2"))
    assert [each.name for each in versions_of("ieg4")] == [
        "Proforma IEG4 2004, version 1",
        "Proforma IEG4 2004, version 2",
    ]


def test_tenth_version_is_newer_than_the_ninth(tmp_path, monkeypatch):
    for version in ("10", "9"):
        write(planted(RAW["ieg4"], {"key": f"ieg4-v{version}", "version": version}), tmp_path)
    monkeypatch.setattr(schema, "FOLDERS", (tmp_path,))

    assert known_keys() == ["ieg4-v10", "ieg4-v9"]
    assert [each.version for each in versions_of("ieg4")] == ["9", "10"]
    assert current("ieg4").version == "10"


def test_version_of_another_round_is_none_of_this_one(tmp_path, monkeypatch):
    write(RAW["ieg4"], tmp_path)
    write(planted(RAW["ieg4"], {"key": "ieg5", "version": "3", "round/key": "ieg5"}), tmp_path)
    monkeypatch.setattr(schema, "FOLDERS", (tmp_path,))

    assert (current("ieg4").key, current("ieg5").key) == ("ieg4", "ieg5")


def test_unknown_round_has_no_version():
    with pytest.raises(ProformaError) as unknown:
        current("ieg9")

    assert versions_of("ieg9") == []
    assert str(unknown.value) == "There is no round 'ieg9'. Known: ieg4."


def test_two_files_of_one_version_stop_start_up(tmp_path, monkeypatch):
    write(RAW["ieg4"], tmp_path)
    write(planted(RAW["ieg4-v2"], {"version": "1"}), tmp_path)
    monkeypatch.setattr(schema, "FOLDERS", (tmp_path,))

    assert [(each.id, each.msg) for each in check_definitions(None)] == [
        ("proforma.E004", "ieg4-v2.json: version: ieg4.json is version 1 of ieg4 too")
    ]


def _said(node, place: str = "", field: str = ""):
    """Each thing that a form says, as ((place, field), value); a list of plain words is one thing."""
    if isinstance(node, dict):
        where = f"{place}/{field}".strip("/")
        for name, value in node.items():
            yield from _said(value, where, name)
    elif isinstance(node, list) and node and code(node[0]):
        for item in node:
            yield from _said(item, f"{place}/{field}".strip("/"), code(item))
    else:
        yield (place, field), node


def _codes(proforma) -> list:
    """What answers are kept under: sections, lines, and each table's model, fields and points."""
    return [
        (
            section.number,
            section.key,
            [line.key for line in section.lines],
            [
                (
                    table.key,
                    table.model,
                    [each.field for each in table.columns],
                    [each.key for each in table.points],
                )
                for table in section.tables
            ],
        )
        for section in proforma.sections
    ]
