"""The quick grid: all ratings that a person may see on one page, to set or to read."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from returns.acts import ActionRefused, save_answers
from returns.answers.reader import read
from returns.forms import unsaved
from returns.forms.answers import table_formset
from returns.forms.conflicts import conflict_context
from returns.rules import access, refusals
from returns.values import wording
from returns.values.address import RecordAddress
from returns.views.base import ReturnMixin, adopt_url, given_back


class LightGrid(ReturnMixin, TemplateView):
    """Ratings of the outcomes and change lines this person answers, at the four dates."""

    template_name = "outcomes/light_grid.html"
    form_title = "Quick grid"

    def allowed(self) -> bool:
        return bool(self._sections()) and access.has_work(self.request.user, self.return_)

    def get(self, request, *args, **kwargs):
        kept = (
            None
            if self._late_for_all()
            else unsaved.kept_under(request.user, request.GET.get(unsaved.PARAMETER, ""))
        )
        # Ratings that can't be set any more are shown on the unsaved form's page; the grid would drop them silently.
        if kept is None or self._late(kept.posted, but={form.entry.address for form in self._formset()}):
            return super().get(request, *args, **kwargs)
        row = unsaved.find(request)
        if row is None:
            return super().get(request, *args, **kwargs)
        formset = self._formset(row.posted)
        formset.is_valid()
        return self.render_to_response(self.get_context_data(formset=formset, kept=True))

    def post(self, request, *args, **kwargs):
        formset = self._formset(request.POST)
        if self._late_for_all():
            return unsaved.refused(refusals.why_locked(self.return_))
        # A rating that can't be set any more must not be dropped silently.
        if late := self._late(request.POST, but={form.entry.address for form in formset}):
            return unsaved.refused(self._why_late(late))
        if not formset.is_valid():
            return self.render_to_response(self.get_context_data(formset=formset), status=422)
        try:
            saved = save_answers(return_=self.return_, by=request.user, changes=formset.changes)
        except ActionRefused as refusal:
            context = self.get_context_data(formset=formset, refusal=refusal)
            return given_back(self.render_to_response(context, status=409))
        if saved.conflicts:
            context = self.get_context_data(
                formset=formset, **conflict_context(saved.conflicts, formset, request.user)
            )
            return given_back(render(request, "returns/answer_conflict.html", context, status=409))
        count = len(saved.events)
        told = f"{wording.counted(count, 'rating')} saved." if count else "Nothing had changed."
        if saved.voided:
            codes = wording.listed_codes([event.line for event in saved.voided])
            are = wording.noun(len({event.line for event in saved.voided}), "signature on", "signatures on")
            told += f" This cancels the {are} {codes}. We’ve told the signers."
        messages.success(request, told)
        return redirect(unsaved.address_of(request))

    def _why_late(self, places: list) -> str:
        codes = wording.listed_codes([place.code for place in places])
        if not all(access.is_open(place) for place in places):
            return f"{codes} can’t be set now. {refusals.why_locked(self.return_)}"
        return (
            f"You can’t set {codes} any more: the line may have been allocated to someone else. Set the others "
            "again in the grid, and ask the e-government lead about these."
        )

    def _late_for_all(self) -> bool:
        return self.return_.status not in access.ALLOCATING

    def _late(self, posted, but: set[RecordAddress]) -> list:
        """The lines posted with a rating other than the stored one that this person can't set."""
        late = [
            entry.place
            for entry in self._every_light()
            if posted.get(entry.field_name("light"), entry.record.light) != entry.record.light
            and entry.address not in but
        ]
        return list({place.key: place for place in late}.values())

    def _every_light(self) -> list:
        """Each rating of the return, whoever may set it."""
        answers = self._answers()
        places = [place for section in self._sections() for place in answers.places(section)]
        return [entry for place in places for entry in self._lights(place)]

    def _sections(self):
        return self.return_.proforma.rated

    def _answers(self):
        if not hasattr(self, "_read"):
            self._read = read(self.return_, *[section.key for section in self._sections()])
        return self._read

    def _formset(self, data=None):
        """A form for each rating shown: those of the filter that apply and that this person may set."""
        answers = self._answers()
        entries = []
        for place in self._shown:
            if answers.applies(place) and self._can_answer(place):
                entries += self._lights(place)
        return table_formset(entries, data)

    @cached_property
    def _shown(self) -> list:
        """The lines of the filter that this person may see; found once, before a form changes what it reads."""
        answers, wanted, found = self._answers(), self._wanted(), []
        for place in (place for section in self._sections() for place in answers.places(section)):
            allocation = answers.allocation(place)
            department = allocation.department.slug if allocation.department else ""
            if (
                access.can_see_place(self.request.user, place, allocation)
                and wanted["area"] in ("", place.line.group)
                and wanted["department"] in ("", department)
                and (wanted["show"] != "blank" or "" in answers.lights(place) or place.code in self._posted)
            ):
                found.append(place)
        return found

    @cached_property
    def _posted(self) -> set[str]:
        """The codes of the lines in the posted form: a filter by blanks still shows those that were filled since."""
        return {
            entry.place.code for entry in self._every_light() if entry.field_name("seen") in self.request.POST
        }

    def _can_answer(self, place) -> bool:
        return access.can_answer(self.request.user, place, self._answers().allocation(place))

    def _lights(self, place) -> list:
        return [entry for entry in self._answers().entries(place) if entry.table.points]

    def _wanted(self) -> dict:
        return {name: self.request.GET.get(name, "") for name in ("area", "department", "show")}

    def get_context_data(self, formset=None, **kwargs):
        formset = formset or self._formset()
        groups = self._groups(formset)
        lights = [form.entry.record.light for form in formset]  # as stored, whatever is chosen
        blank = sum(not light for light in lights)
        watching = access.can_watch(self.request.user, self.return_)
        return super().get_context_data(**kwargs) | {
            "groups": groups,
            "heading": _heading(lights, blank, groups),
            "points": self._sections()[0].points,
            "errors": formset.errors,
            "total": len(lights),
            "blank": blank,
            "wanted": self._wanted(),
            "areas": [group for section in self._sections() for group in section.groups],
            "departments": self._answers().departments if watching else [],
            "unsaved": bool(formset.errors),
            "signed": sum(bool(row["forms"] and row["signed"]) for group in groups for row in group["rows"]),
            "lock": refusals.why_locked(self.return_),
        }

    def _groups(self, formset) -> list[dict]:
        """The lines by area, each with its forms where they can be set, otherwise with its ratings to read."""
        forms, groups = {}, {}
        for form in formset:
            forms.setdefault(form.entry.place.key, []).append(form)
        for place in self._shown:
            section = place.section
            group = next((each for each in section.groups if each.key == place.line.group), None)
            key = section.key, place.line.group
            row = self._row(place, forms.get(place.key, []))
            groups.setdefault(key, {"group": group, "section": section, "rows": []})["rows"].append(row)
        return list(groups.values())

    def _row(self, place, forms: list) -> dict:
        answers = self._answers()
        outside, points = answers.outside(place), place.section.points
        return {
            "forms": forms,
            "place": place,
            "owner": answers.allocations[place.line.key].owner,
            "signed": answers.signed.get(place.key),
            "lights": [] if forms or outside else list(zip(points, answers.lights(place), strict=True)),
            "outside": outside,
            "adopt": adopt_url(self.request.user, answers, place),
        }


def _heading(lights: list, blank: int, groups: list[dict]) -> str:
    """How many ratings can be set and how many are blank; where none can, how many lines there are."""
    if lights:
        return f"{wording.counted(len(lights), 'rating')} to set, {blank:,} blank"
    lines = sum(len(group["rows"]) for group in groups)
    return f"Ratings of {wording.counted(lines, 'line')}, to read only"
