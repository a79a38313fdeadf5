"""The quick grid: all lights one may set, on one page."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.generic import TemplateView

from returns import held, locks, rules
from returns.acts import ActionRefused, save_answers
from returns.answers import read
from returns.conflicts import conflict_context
from returns.forms import merged, table_formset
from returns.notices import listed
from returns.views.base import ReturnMixin

from .models import OutcomeStatus


class LightGrid(ReturnMixin, TemplateView):
    """Lights of the outcomes and change lines this person answers, at the four dates."""

    template_name = "outcomes/light_grid.html"

    def allowed(self) -> bool:
        return rules.has_work(self.request.user, self.return_)

    def get(self, request, *args, **kwargs):
        kept = held.find(request)
        if kept is None:
            return super().get(request, *args, **kwargs)
        messages.info(
            request, "You were signed out before this was saved. What you chose is below: check it and save."
        )
        formset = self._formset(kept)
        formset.is_valid()
        return self.render_to_response(self.get_context_data(formset=formset))

    def post(self, request, *args, **kwargs):
        posted = merged(request.POST)
        formset = self._formset(posted)
        # A light that can't be set any more must not be dropped in silence.
        late = self._typed(posted, but={form.entry.key for form in formset})
        if late or self.return_.status not in rules.ALLOCATING:
            return self.render_to_response(
                self.get_context_data(typed=self._typed(posted), late=late), status=409
            )
        if not formset.is_valid():
            return self.render_to_response(self.get_context_data(formset=formset), status=422)
        try:
            saved = save_answers(return_=self.return_, by=request.user, changes=formset.changes)
        except ActionRefused as refusal:
            context = self.get_context_data(formset=formset, refusal=refusal)
            return self.render_to_response(context, status=409)
        if saved.conflicts:
            context = self.get_context_data(formset=formset, **conflict_context(saved.conflicts, posted))
            return render(request, "returns/answer_conflict.html", context, status=409)
        held.release(request)
        count = len(saved.events)
        told = f"{count} light{'' if count == 1 else 's'} saved." if count else "Nothing had changed."
        if saved.voided:
            codes = listed([event.line for event in saved.voided])
            told += f" Signatures on {codes} are void, and their givers are told."
        messages.success(request, told)
        return redirect(request.get_full_path())

    def _typed(self, posted, but=frozenset()) -> list[str]:
        """The lights of a form that came too late, in words, where they differ from what is stored."""
        answers = self._answers()
        lights = [
            entry
            for section in self._sections()
            for place in answers.places(section)
            for entry in answers.entries(place)
            if entry.table.points
        ]
        words = dict(OutcomeStatus.Light.choices)
        return [
            f"{entry.place.code} at {entry.point.label}: {words.get(value, 'blank')}"
            for entry in lights
            for value in [posted.get(f"{entry.key}-light", entry.record.light)]
            if value != entry.record.light and entry.key not in but
        ]

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
        lights = [form["light"].value() for form in formset]
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
            "writer": held.writer_token(self.request.user),
            "unsaved": bool(formset.errors),
            "signed": sum(bool(row["signed"]) for group in groups for row in group["rows"]),
            "lock": locks.why_locked(self.return_),
        }
