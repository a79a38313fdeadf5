"""Progress on the outcomes: ratings by tier and date, and the outcomes by how far they are."""

from dataclasses import dataclass

from returns.answers.reader import NOT_APPLICABLE, Answers, Place

LETTERS = ("G", "A", "R", "", NOT_APPLICABLE)
WORDS = {"G": "green", "A": "amber", "R": "red", "": "blank", NOT_APPLICABLE: "not applicable"}

# Bars of the chart component run between these two; 2 units stay free between parts.
CHART_LEFT, CHART_RIGHT, CHART_GAP = 92, 358, 2


def light_charts(answers: Answers) -> list[dict]:
    """For each tier: its name, due date, and how many have each rating at each date, as chart and text.

    Empty where no line of the form has a tier.
    """
    section = answers.return_.proforma.by_tier
    charts = []
    for tier in answers.return_.proforma.tiers if section else ():
        lines = [line for line in section.lines if line.tier == tier.key]
        places = [Place(answers.return_, section, line) for line in lines]
        counts = answers.count_lights(places)
        rows = [
            {
                "point": point,
                "counts": [(letter, counts[point.key, letter]) for letter in LETTERS],
                "named": [(WORDS[letter].capitalize(), counts[point.key, letter]) for letter in LETTERS],
            }
            for point in section.points
        ]
        charts.append(
            {
                "tier": tier,
                "lines": len(lines),
                "adopted": sum(answers.applies(place) for place in places),
                "rows": rows,
                "bars": [{"label": row["point"].short, "parts": _parts(row["counts"])} for row in rows],
                "desc": ". ".join(
                    f"{row['point'].label}: "
                    + ", ".join(f"{count} {WORDS[letter]}" for letter, count in row["counts"] if count)
                    for row in rows
                ),
            }
        )
    return charts


def _parts(counts) -> list[dict]:
    shown = [(letter, count) for letter, count in counts if count]
    whole = sum(count for _, count in shown)
    room = CHART_RIGHT - CHART_LEFT - CHART_GAP * max(len(shown) - 1, 0)
    parts, x = [], float(CHART_LEFT)
    for letter, count in shown:
        width = room * count / whole
        parts.append({"letter": letter, "x": x, "width": width, "count": count})
        x += width + CHART_GAP
    return parts


@dataclass(frozen=True)
class Standing:
    """The outcomes by progress, as lists of codes; the seven lists together have every outcome once."""

    achieved: list[str]
    on_course: list[str]
    expected: list[str]
    at_risk: list[str]
    stretch: list[str]
    unknown: list[str]
    outside: list[str]

    @property
    def total(self) -> int:
        return sum(len(codes) for codes in vars(self).values())


def standing(answers: Answers) -> Standing:
    """Green today; amber and green by its date; red and green by its date; not green by its date.

    An adopted stretch outcome has no date, so it is never late: where it is not green at the last reporting
    date it is listed separately. One whose deciding ratings are blank is unknown; one that doesn't apply is
    outside.
    """
    section = answers.return_.proforma.by_tier
    found = Standing([], [], [], [], [], [], [])
    if section is None:
        return found
    dates = [point.date for point in section.points]
    for line in section.lines:
        lights = answers.lights(Place(answers.return_, section, line))
        due = answers.return_.proforma.tier_of(line).due
        at_due = lights[dates.index(due or dates[-1])]
        if NOT_APPLICABLE in lights:
            found.outside.append(line.key)
        elif lights[0] == "G":
            found.achieved.append(line.key)
        elif not lights[0] or not at_due:
            found.unknown.append(line.key)
        elif at_due != "G":
            (found.at_risk if due else found.stretch).append(line.key)
        else:
            (found.on_course if lights[0] == "A" else found.expected).append(line.key)
    return found
