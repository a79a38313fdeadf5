"""The quick grid: all lights one may set, on one page."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.generic import TemplateView

from returns import locks, rules, unsaved
from returns.acts import ActionRefused, save_answers
from returns.answers import read
from returns.conflicts import conflict_context
from returns.forms import merged, table_formset
from returns.notices import listed
from returns.views.base import ReturnMixin, given_back


class LightGrid(ReturnMixin, TemplateView):
    """Lights of the outcomes and change lines this person answers, at the four dates."""

    template_name = "outcomes/light_grid.html"
    form_title = "Quick grid"

    def allowed(self) -> bool:
        return rules.has_work(self.request.user, self.return_)

    def get(self, request, *args, **kwargs):
        row = None if self._late_for_all() else unsaved.find(request)
        if row is None:
            return super().get(request, *args, **kwargs)
        formset = self._formset(merged(row.posted))
        formset.is_valid()
        return self.render_to_response(self.get_context_data(formset=formset, kept=True))

    def post(self, request, *args, **kwargs):
        posted = merged(request.POST)
        formset = self._formset(posted)
        if self._late_for_all():
            return unsaved.refused(locks.why_locked(self.return_))
        # A rating that can't be set any more must not be dropped in silence.
        if late := self._late(posted, but={form.entry.key for form in formset}):
            return unsaved.refused(
                f"{listed(late)} can’t be set by you any more: the line may have been given to someone else. Open "
                "the form to save the others, and ask the e-government lead about these."
            )
        if not formset.is_valid():
            return self.render_to_response(self.get_context_data(formset=formset), status=422)
        try:
            saved = save_answers(return_=self.return_, by=request.user, changes=formset.changes)
        except ActionRefused as refusal:
            context = self.get_context_data(formset=formset, refusal=refusal)
            return given_back(self.render_to_response(context, status=409))
        if saved.conflicts:
            context = self.get_context_data(
                formset=formset, **conflict_context(saved.conflicts, posted, request.user)
            )
            return given_back(render(request, "returns/answer_conflict.html", context, status=409))
        count = len(saved.events)
        told = f"{count} light{'' if count == 1 else 's'} saved." if count else "Nothing had changed."
        if saved.voided:
            codes = listed([event.line for event in saved.voided])
            told += f" Signatures on {codes} are void, and their givers are told."
        messages.success(request, told)
        return redirect(unsaved.address_of(request))

    def _late_for_all(self) -> bool:
        return self.return_.status not in rules.ALLOCATING

    def _late(self, posted, but: set[str]) -> list[str]:
        """The codes of lines that were posted with another rating than is stored, beside those that may be set."""
        answers = self._answers()
        lights = [
            entry
            for section in self._sections()
            for place in answers.places(section)
            for entry in answers.entries(place)
            if entry.table.points
        ]
        late = [
            entry.place.code
            for entry in lights
            if posted.get(f"{entry.key}-light", entry.record.light) != entry.record.light
            and entry.key not in but
        ]
        return list(dict.fromkeys(late))

    def _sections(self):
        return [self.return_.proforma.section_by_key[key] for key in ("outcomes", "change")]

    def _answers(self):
        if not hasattr(self, "_read"):
            self._read = read(self.return_, "outcomes", "change")
        return self._read

    def _formset(self, data=None):
        """A form for each light shown: those of the filter that apply and that this person may set."""
        answers, wanted = self._answers(), self._wanted()
        entries = []
        for section in self._sections():
            for place in answers.places(section):
                allocation = answers.allocation(place)
                if not answers.applies(place) or not rules.can_answer(self.request.user, place, allocation):
                    continue
                if wanted["area"] and place.line.group != wanted["area"]:
                    continue
                if wanted["department"] and (
                    allocation.department is None or allocation.department.slug != wanted["department"]
                ):
                    continue
                lights = [entry for entry in answers.entries(place) if entry.table.points]
                if wanted["show"] == "blank" and all(entry.record.light for entry in lights):
                    continue
                entries += lights
        return table_formset(entries, data)

    def _wanted(self) -> dict:
        return {name: self.request.GET.get(name, "") for name in ("area", "department", "show")}

    def get_context_data(self, formset=None, **kwargs):
        formset = formset or self._formset()
        rows = {}
        for form in formset:
            rows.setdefault(form.entry.place.line.key, []).append(form)
        answers = self._answers()
        groups = []
        for section in self._sections():
            for group, lines in section.grouped_lines():
                shown = [
                    {
                        "forms": rows[line.key],
                        "place": rows[line.key][0].entry.place,
                        "owner": answers.allocations[line.key].owner,
                        "signed": answers.signed.get(rows[line.key][0].entry.place.key),
                    }
                    for line in lines
                    if line.key in rows
                ]
                if shown:
                    groups.append({"group": group, "section": section, "rows": shown})
        lights = [form.entry.record.light for form in formset]  # as stored, whatever is chosen
        watching = rules.can_watch(self.request.user, self.return_)
        return super().get_context_data(**kwargs) | {
            "groups": groups,
            "points": self._sections()[0].points,
            "errors": formset.errors,
            "total": len(lights),
            "blank": sum(not light for light in lights),
            "wanted": self._wanted(),
            "areas": [group for section in self._sections() for group in section.groups],
            "departments": answers.departments if watching else [],
            "unsaved": bool(formset.errors),
            "signed": sum(bool(row["signed"]) for group in groups for row in group["rows"]),
            "lock": locks.why_locked(self.return_),
        }
