"""Two versions of one answer, side by side, so that a person can choose."""

from difflib import SequenceMatcher

from .acts import Conflict


def marked_words(mine: str, theirs: str) -> tuple[list, list]:
    """Both texts as lists of (piece, stands only here)."""
    left, right = mine.split(), theirs.split()
    ours, others = [], []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if i1 < i2:
            ours.append((" ".join(left[i1:i2]), tag != "equal"))
        if j1 < j2:
            others.append((" ".join(right[j1:j2]), tag != "equal"))
    return ours, others


def conflict_context(conflicts: list[Conflict], posted) -> dict:
    """What the page of a conflict shows; everything posted goes along, so that nothing is lost."""
    rows = []
    for conflict in conflicts:
        name = f"{conflict.entry.key}-{conflict.column.field}"
        model_field = conflict.entry.record._meta.get_field(conflict.column.field)
        mine, theirs = marked_words(conflict.mine, conflict.theirs)
        choices = dict(model_field.flatchoices)
        rows.append(
            {
                "name": name,
                "conflict": conflict,
                "is_light": conflict.column.field == "light",
                "is_text": model_field.get_internal_type() == "TextField",
                "mine": choices.get(conflict.mine, conflict.mine),
                "theirs": choices.get(conflict.theirs, conflict.theirs),
                "before": choices.get(conflict.before, conflict.before),
                "both": posted.get(f"both--{name}", conflict.mine),
                "mine_marked": mine,
                "theirs_marked": theirs,
                "asked_before": f"met--{name}" in posted and f"keep--{name}" not in posted,
            }
        )
    skip = ("keep--", "met--", "both--")
    carried = [
        (name, value)
        for name, values in posted.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and not name.startswith(skip)
    ]
    return {
        "rows": rows,
        "carried": carried,
        "others": sorted({str(conflict.event.by) for conflict in conflicts}),
        "unchosen": any(row["asked_before"] for row in rows),
    }
