"""Gains by line, year and department against the target."""

from django.http import Http404
from django.views.generic import TemplateView

from returns.answers.reader import Place
from returns.checks.completeness import assess
from returns.rules import access
from returns.values.sums import total
from returns.views.base import Opens, ReturnMixin
from returns.views.section_pages import section_url

from .target import GAIN, NAMES, NOTE, baseline_spend, gains_section, years_against_target


class GainList(ReturnMixin, TemplateView):
    """Gains against the target of 2.5% a year: table and chart, with the council's totals by line."""

    template_name = "efficiency/gain_list.html"

    def find(self):
        super().find()
        self.section = gains_section(self.return_.proforma)
        if self.section is None:
            raise Http404

    def get_context_data(self, **kwargs):
        section = self.section
        answers, table = self.answers_shown(section.key), section.table_on(GAIN)
        note = Place(self.return_, section)
        lines = [
            (
                line,
                [
                    (answers.council_sum(section, table, line, point, name), name, point)
                    for point in table.points
                    for name in NAMES
                ],
            )
            for line in section.lines
        ]
        columns = range(len(lines[0][1]))
        sums = [
            (total(row[i][0].value for _, row in lines), any(row[i][0].blanks for _, row in lines))
            for i in columns
        ]
        years = years_against_target(answers)
        user = self.request.user
        mine = [
            state
            for state in assess(answers).places
            if access.can_answer(user, state.place, answers.allocation(state.place))
        ]
        return super().get_context_data(**kwargs) | {
            "section": section,
            "table": table,
            "lines": lines,
            "sums": sums,
            "years": years,
            "last": years[-1],
            "baseline": baseline_spend(answers, section),
            "chart": _chart(years),
            "blank": next((state for state in mine if state.blank), None),
            "states": [state for state in mine if state.place.line],
            "note": note,
            "note_record": answers.record(note, section.table_on(NOTE)),
            "can_note": access.can_answer(user, note, None),
        }


class LineByDepartment(ReturnMixin, TemplateView):
    """One line of a section that departments contribute to: each department's figures and their total."""

    template_name = "efficiency/line_detail.html"

    def find(self):
        super().find()
        self.section = self.return_.proforma.section_by_key.get(self.kwargs["section"])
        if self.section is None or not self.section.per_department:
            raise Http404
        self.line = self.section.lines_by_key.get(self.kwargs["line"])
        if self.line is None:
            raise Http404

    def get_context_data(self, **kwargs):
        answers = self.answers_shown(self.section.key)
        table = next(table for table in self.section.tables if table.points)
        columns = [column for column in table.columns if column.required]
        rows = []
        for department in answers.departments:
            place = Place(self.return_, self.section, self.line, department)
            records = [(point, answers.record(place, table, point)) for point in table.points]
            rows.append(
                {
                    "place": place,
                    "head": answers.head(place),
                    "applies": answers.applies(place),
                    "values": [getattr(r, column.field) for _, r in records for column in columns],
                }
            )
        return super().get_context_data(**kwargs) | {
            "section": self.section,
            "section_url": section_url(self.return_, self.section),
            "basis": next((c for t in self.section.tables for c in t.columns if c.field == "basis"), None),
            "line": self.line,
            "table": table,
            "columns": columns,
            "rows": rows,
            "opens": Opens(self.request.user, answers),
            "sums": [
                answers.council_sum(self.section, table, self.line, point, column.field)
                for point in table.points
                for column in columns
            ],
        }


def _chart(years) -> dict:
    """Bars 0 to 160 units high, to the same scale as the targets, for an SVG 400 units wide."""
    tallest = max([y.gains.value for y in years] + [y.target or 0 for y in years]) or 1
    step = 10 ** (len(str(int(tallest))) - 1)
    top = (int(tallest) // step + 1) * step
    bars = []
    for number, year in enumerate(years):
        cashable = float(year.cashable.value) * 160 / top
        non_cashable = float(year.non_cashable.value) * 160 / top
        bars.append(
            {
                "year": year,
                "x": 64 + number * 84,
                "middle": 64 + number * 84 + 23,
                "cashable_y": 180 - cashable,
                "cashable_height": cashable,
                "non_cashable_y": 180 - cashable - non_cashable,
                "non_cashable_height": non_cashable,
                "label_y": 174 - cashable - non_cashable,
                "target_y": None if year.target is None else 180 - float(year.target) * 160 / top,
                "target_x1": 64 + number * 84 - 8,
                "target_x2": 64 + number * 84 + 54,
            }
        )
    return {"bars": bars, "top": top, "half": top / 2}
