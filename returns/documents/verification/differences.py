"""The answers that a file carries, and what in them differs from a stored version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ...answers.cells import CHOICE, LIGHT, choices_of, kind_of
from ...models import Version
from ...values.parsing import clean_text
from ...versions.snapshot import FORMAT, thaw_version

AROUND = 24  # characters shown before the first that differs
SHOWN = 160  # characters shown of an answer
MOST = 200  # differences that are listed
PARTS = {
    "authority": "Council",
    "round": "Round",
    "proforma": "Proforma",
    "answers_due": "Day on which answers are due",
    "cabinet_date": "Day on which Cabinet meets",
    "lead": "E-government lead",
    "departments": "Departments",
}


@dataclass(frozen=True)
class Difference:
    """One difference: where it is in the return or in the file, what is stored, what the file says."""

    where: str
    stored: str
    found: str


@dataclass(frozen=True)
class AttachedAnswers:
    """What a file carries as answers: their text, and the return that they say they are."""

    text: str | None
    data: dict = field(default_factory=dict)
    slug: str = ""
    round: str = ""
    council: str = ""

    @classmethod
    def read(cls, text: str | None) -> AttachedAnswers:
        """From whatever is attached; without data where that is nothing, or nothing this application writes."""
        try:
            data = json.loads(text or "", object_pairs_hook=_once)
            slug, round_, council = data["authority"]["slug"], data["round"], str(data["authority"]["name"])
            known = data["format"] == FORMAT and isinstance(slug, str) and isinstance(round_, str)
        except (ValueError, TypeError, LookupError, RecursionError):
            known = False
        return cls(text, data, slug, round_, clean_text(council)[:100]) if known else cls(text)


def _once(pairs: list[tuple]) -> dict:
    """An object of JSON. Of a name that is there twice every program reads another value, so none is read."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A name is there twice.")
    return found


def differences_of(version: Version, data: dict) -> Iterator[Difference]:
    """What differs from the stored version, in its order; what the file has beyond it comes last."""
    stored = json.loads(version.stored_data())
    for part, label in PARTS.items():
        yield from _in_part(label, stored.get(part), data.get(part))
    labels = _labels(version)
    ours, theirs = stored["owners"], data.get("owners")
    theirs = theirs if isinstance(theirs, dict) else {}
    for line in dict.fromkeys([*ours, *map(str, theirs)]):
        yield from _in_part(f"Owner of {line}", ours.get(line), theirs.get(line))
    ours, theirs = _rows(stored["answers"]), _rows(data.get("answers"))
    for key in dict.fromkeys([*ours, *theirs]):
        mine, other = ours.get(key, {}), theirs.get(key, {})
        for column in dict.fromkeys([*mine, *other]):
            was, now = mine.get(column), other.get(column)
            if was != now or type(was) is not type(now) or (column in mine) != (column in other):
                where, choices = labels.get((key, column), (" ".join(filter(None, (*key, column))), {}))
                yield _difference(
                    where, choices.get(was, was) if isinstance(was, str) else was, _chosen(choices, now)
                )
    for part in dict.fromkeys(data):
        if part not in stored:
            yield _difference(f"“{part[:60]}”, which no return has", None, data[part])


def _chosen(choices: dict, value):
    return choices.get(value, value) if isinstance(value, str) else value


def _in_part(label: str, was, now) -> Iterator[Difference]:
    if was != now:
        yield _difference(label, was, now)


def _rows(rows) -> dict[tuple, dict]:
    """The answers by table, line, department and point; what is not of that shape is left out."""
    found = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("answers"), dict):
            key = tuple(str(row.get(name, "")) for name in ("table", "line", "department", "point"))
            found[key] = row["answers"]
    return found


def _labels(version: Version) -> dict[tuple, tuple[str, dict]]:
    """For each answer of the version its place in words and the words of its choices."""
    answers = thaw_version(version.return_record, version)
    found = {}
    for place in answers.places():
        name = ", ".join(
            filter(None, (f"{place.code} {place.label}".strip(), place.department and place.department.name))
        )
        for cell in answers.cells(place):
            entry = cell.entry
            has_choices = kind_of(entry.table, cell.column.field) in (CHOICE, LIGHT)
            choices = choices_of(entry.table, cell.column.field) if has_choices else {}
            where = f"Section {place.section.number}, {name}: {cell.where}"
            found[tuple(entry.name.columns.values()), cell.column.field] = where, choices
    return found


def _difference(where: str, was, now) -> Difference:
    was, now = clean_text(_text(was)), clean_text(_text(now))
    start = next(
        (at for at, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now))
    )
    start = max(0, start - AROUND) if max(len(was), len(now)) > SHOWN else 0
    stored, found = _excerpt(was, start), _excerpt(now, start)
    return Difference(where, stored, f"{found}; its content differs" if stored == found else found)


def _excerpt(text: str, start: int) -> str:
    if not text:
        return "blank"
    end = "…" if len(text) > start + SHOWN else ""
    return f"{'…' if start else ''}{text[start : start + SHOWN]}{end}"


def _text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        if value.get("owner"):
            return f"{_text(value['owner'])}, {value.get('department') or 'no department'}"
        named = [str(value[name]) for name in ("name", "job_title") if value.get(name)]
        return ", ".join(named) or json.dumps(value, ensure_ascii=False, sort_keys=True)[:10_000]
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)[:10_000]
    return clean_text(str(value))


def listed(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """All of them, or of very many the first and the number of the others."""
    all_ = list(differences)
    listed = [
        Difference(*(_clean(text) for text in (each.where, each.stored, each.found))) for each in all_[:MOST]
    ]
    if len(all_) > MOST:
        listed.append(Difference(f"{len(all_) - MOST:,} more", "not listed", "not listed"))
    return tuple(listed)


def _clean(text: str) -> str:
    """Fit for a page, whatever the file holds."""
    return clean_text(text)[: 2 * SHOWN]
