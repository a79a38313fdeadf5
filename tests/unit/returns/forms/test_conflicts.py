"""Two saves of one answer: what the page of the conflict says, to whom, and that no choice is lost."""

import html
import re

import pytest

from ieg4.cabinet.report import report_of
from returns.acts import Change, NewerThanStored, ParagraphConflict, edit_paragraph, save_answers
from returns.answers.reader import read
from returns.models import Event

R1 = "/marchshire/ieg4/outcomes/R1/"
COMMENT = "outcomes--R1-comment"
RATING = "outcome_lights--R1--mar05-light"
RESTORED = (
    "Nothing was saved. Your page shows a later version of {} than the stored one: an older copy of the data may "
    "have been restored. Open the page again, compare it with what you typed, then save."
)


def text_of(response) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return html.unescape(re.sub(r"\s+", " ", text))


def title_of(response) -> str:
    return html.unescape(re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1]).strip()


def hidden(response) -> dict:
    """What the page of a conflict sends back beside the choices."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', response.content.decode())
    return {html.unescape(name): html.unescape(value) for name, value in found}


def comment_and_rating(return_) -> tuple[str, str]:
    answers = read(return_, "outcomes")
    place = answers.place("outcomes", "R1")
    return answers.head(place).comment, answers.lights(place)[1]


def post_both(return_, form_data, first, second):
    """The answer of R1 to the second of two saves that change comment and rating in different ways."""
    opened = form_data(return_, "outcomes", "R1")
    assert opened[RATING] == "A"
    assert first.post(R1, opened | {COMMENT: "The first.", RATING: "G"}).status_code == 302
    return second.post(R1, opened | {COMMENT: "The second.", RATING: "R"})


def test_conflict_names_who_saved_first(signed_in, marchshire, form_data):
    response = post_both(marchshire, form_data, signed_in("head-education"), signed_in("officer-education"))

    head = response.context["choices"][0].conflict.event.by
    assert response.status_code == 409
    assert title_of(response).startswith("R1: two versions")
    assert response.context["lead"] == (
        f"{head} saved after you opened this page. 2 answers differ: choose what to keep in each."
    )
    assert [choice.where for choice in response.context["choices"]] == [
        "R1, Comment", "R1, Light at 31 March 2005",
    ]  # fmt: skip


def test_conflict_between_two_windows_of_one_person_says_so(signed_in, marchshire, form_data):
    response = post_both(
        marchshire, form_data, signed_in("officer-education"), signed_in("officer-education")
    )

    text = text_of(response)
    officer = response.context["choices"][0].conflict.event.by
    assert response.context["lead"] == (
        "You, in another window, saved after you opened this page. "
        "2 answers differ: choose what to keep in each."
    )
    assert f"Take {officer}" not in text
    assert "Take what you saved in your other window: G Green" in text
    assert "Keep what you chose in this window: R Red" in text


def test_conflict_sent_without_a_choice_is_an_error(signed_in, marchshire, form_data):
    officer = signed_in("officer-education")
    first = post_both(marchshire, form_data, signed_in("head-education"), officer)

    response = officer.post(R1, hidden(first))

    assert response.status_code == 409
    assert title_of(response).startswith("Error: R1: two versions")
    assert response.context["choice_errors"] == [
        {"href": "#keep-1", "text": "R1, Comment: choose which version to keep."},
        {"href": "#keep-2", "text": "R1, Light at 31 March 2005: choose which version to keep."},
    ]
    assert all(
        f'id="{error["href"][1:]}"' in response.content.decode()
        for error in response.context["choice_errors"]
    )
    assert text_of(response).count("choose which version to keep.") == 4  # in the summary and at the choice


def test_choices_made_one_by_one_are_all_kept(signed_in, marchshire, form_data):
    officer = signed_in("officer-education")
    first = post_both(marchshire, form_data, signed_in("head-education"), officer)

    second = officer.post(R1, hidden(first) | {f"keep--{COMMENT}": "both", f"both--{COMMENT}": "Of both."})
    third = officer.post(R1, hidden(second) | {f"keep--{RATING}": "mine"})

    assert [choice.where for choice in second.context["choices"]] == ["R1, Light at 31 March 2005"]
    assert third.status_code == 302
    assert comment_and_rating(marchshire) == ("Of both.", "R")


def test_choice_against_what_changed_again_is_asked_for_with_the_reason(signed_in, marchshire, form_data):
    officer, head = signed_in("officer-education"), signed_in("head-education")
    first = post_both(marchshire, form_data, head, officer)
    head.post(R1, form_data(marchshire, "outcomes", "R1") | {COMMENT: "The third."})

    response = officer.post(R1, hidden(first) | {f"keep--{COMMENT}": "mine", f"keep--{RATING}": "theirs"})

    assert response.context["choice_errors"] == [
        {
            "href": "#keep-1",
            "text": "R1, Comment: another version was saved while you chose. Choose again.",
        }
    ]
    assert comment_and_rating(marchshire) == ("The third.", "G")


def test_figures_are_shown_as_people_read_them(signed_in, marchshire, form_data):
    address, name = "/marchshire/ieg4/efficiency/EF1/education/", "gains--EF1--education--2005-06-cashable"
    opened = form_data(marchshire, "efficiency", "EF1", "education")
    signed_in("head-education").post(address, opened | {name: "1,210"})

    response = signed_in("officer-education").post(address, opened | {name: "85.5"})

    [choice] = response.context["choices"]
    assert (choice.mine, choice.theirs, choice.unit) == ("85.5", "1,210", "£ thousand")
    assert "Keep yours: 85.5 (£ thousand)" in text_of(response)


def entry_of(return_):
    answers = read(return_, "outcomes")
    return next(e for e in answers.entries(answers.place("outcomes", "R1")) if e.point is None)


@pytest.mark.parametrize("above", [1, 999_999_998])
def test_version_above_the_stored_one_is_refused(marchshire, person, above):
    """A form from before an older copy was restored, or one that is forged, is not taken as the newest."""
    entry, before = entry_of(marchshire), Event.objects.count()
    change = Change(entry, entry.record.version + above, {"comment": "Forged."})

    with pytest.raises(NewerThanStored) as refused:
        save_answers(return_=marchshire, by=person("officer-education"), changes=[change])

    assert str(refused.value) == RESTORED.format("R1")
    assert (entry_of(marchshire).record.comment, Event.objects.count()) == (entry.record.comment, before)


def test_choice_against_a_version_that_is_not_stored_settles_nothing(marchshire, person):
    entry = entry_of(marchshire)
    theirs = Change(entry, entry.record.version, {"comment": "Theirs."})
    save_answers(return_=marchshire, by=person("head-education"), changes=[theirs])

    forged = Change(entry, theirs.seen, {"comment": "Mine."}, {"comment": ("mine", theirs.seen + 100)})
    saved = save_answers(return_=marchshire, by=person("officer-education"), changes=[forged])

    assert [conflict.theirs for conflict in saved.conflicts] == ["Theirs."]
    assert entry_of(marchshire).record.comment == "Theirs."


@pytest.mark.parametrize("seen", ["-1", "x", "9" * 40, "١"])
def test_form_with_an_unreadable_version_overwrites_nothing(signed_in, marchshire, form_data, seen):
    opened = form_data(marchshire, "outcomes", "R1")
    signed_in("head-education").post(R1, opened | {COMMENT: "Theirs."})

    response = signed_in("officer-education").post(R1, opened | {COMMENT: "Mine.", "outcomes--R1-seen": seen})

    assert response.status_code == 409
    assert [choice.where for choice in response.context["choices"]] == ["R1, Comment"]


@pytest.mark.parametrize("met", ["", "x", "9" * 5000])
def test_choice_against_an_unreadable_version_is_asked_for_again(signed_in, marchshire, form_data, met):
    officer = signed_in("officer-education")
    first = post_both(marchshire, form_data, signed_in("head-education"), officer)
    chosen = {f"keep--{COMMENT}": "mine", f"keep--{RATING}": "mine", f"met--{COMMENT}": met}

    response = officer.post(R1, hidden(first) | chosen)

    assert response.status_code == 409
    assert [choice.where for choice in response.context["choices"]] == ["R1, Comment"]


def paragraph(return_):
    return report_of(return_).paragraphs[0]


def edit(return_, by, key, text, seen):
    return edit_paragraph(return_=return_, by=by, key=key, text=text, drafted="", seen=seen)


@pytest.mark.parametrize("edited_before", [False, True])
def test_paragraph_of_a_version_above_the_stored_one_is_refused(marchshire, person, edited_before):
    clerk, key = person("clerk"), paragraph(marchshire).key
    if edited_before:
        edit(marchshire, clerk, key, "Stored.", 0)
    stored = list(marchshire.paragraphs.values_list("text", flat=True))

    with pytest.raises(NewerThanStored) as refused:
        edit(marchshire, clerk, key, "Forged.", 7)

    assert str(refused.value) == RESTORED.format("this paragraph")
    assert list(marchshire.paragraphs.values_list("text", flat=True)) == stored


def test_paragraph_saved_in_another_window_says_so(marchshire, person):
    clerk, key = person("clerk"), paragraph(marchshire).key
    edit(marchshire, clerk, key, "The first.", 0)

    with pytest.raises(ParagraphConflict) as refused:
        edit(marchshire, clerk, key, "The second.", 0)

    assert str(refused.value).startswith("You, in another window, saved this paragraph after you opened it")
