"""Every act in every state by everyone: where it is done, and why it is refused elsewhere."""

import random
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from returns import clock, history
from returns.acts import ActionRefused, Change, save_answers
from returns.lifecycle import TRANSITIONS, Action, as_markdown, available_actions, perform
from returns.models import Return, Role, User
from tests.support.moving import (
    change,
    decision,
    do,
    filing,
    fresh,
    place,
    reopen,
    save,
    sign,
    state,
    traces,
    who,
)

PEOPLE = [
    "officer",
    "head",
    "lead",
    "finance",
    "clerk",
    "cabinet",
    "administrator",
    "delegate",
    "other",
    "left",
]
# Who: officer, head of a department, lead, section 151 officer, clerk, Cabinet member, administrator, the
# delegate, the lead of another council, and a lead whose account is closed.
# What: + done, s refused for the state, r for the role, c for the council or the closed account.
TABLE = """
                                o h l f c m a d x z
    preparing      send-back    r r + r r r r r c c
    preparing      send         r r + r r r r r c c
    preparing      approve      s s s s s s s s c c
    preparing      refer-back   s s s s s s s s c c
    preparing      amend        s s s s s s s s c c
    preparing      finish       s s s s s s s s c c
    preparing      abandon      s s s s s s s s c c
    preparing      submit       s s s s s s s s c c
    preparing      reopen       s s s s s s s s c c
    with_cabinet   send-back    s s s s s s s s c c
    with_cabinet   send         s s s s s s s s c c
    with_cabinet   approve      r r r r + r r r c c
    with_cabinet   refer-back   r r r r + r r r c c
    with_cabinet   amend        s s s s s s s s c c
    with_cabinet   finish       s s s s s s s s c c
    with_cabinet   abandon      s s s s s s s s c c
    with_cabinet   submit       s s s s s s s s c c
    with_cabinet   reopen       r r + r r r r r c c
    referred_back  send-back    r r + r r r r r c c
    referred_back  send         r r + r r r r r c c
    referred_back  approve      s s s s s s s s c c
    referred_back  refer-back   s s s s s s s s c c
    referred_back  amend        s s s s s s s s c c
    referred_back  finish       s s s s s s s s c c
    referred_back  abandon      s s s s s s s s c c
    referred_back  submit       s s s s s s s s c c
    referred_back  reopen       s s s s s s s s c c
    approved       send-back    s s s s s s s s c c
    approved       send         s s s s s s s s c c
    approved       approve      s s s s s s s s c c
    approved       refer-back   s s s s s s s s c c
    approved       amend        r r r r r r r + c c
    approved       finish       s s s s s s s s c c
    approved       abandon      s s s s s s s s c c
    approved       submit       r r + r r r r r c c
    approved       reopen       r r + r r r r r c c
    amending       send-back    s s s s s s s s c c
    amending       send         s s s s s s s s c c
    amending       approve      s s s s s s s s c c
    amending       refer-back   s s s s s s s s c c
    amending       amend        s s s s s s s s c c
    amending       finish       r r r r r r r + c c
    amending       abandon      r r + r r r r + c c
    amending       submit       s s s s s s s s c c
    amending       reopen       s s s s s s s s c c
    submitted      send-back    s s s s s s s s c c
    submitted      send         s s s s s s s s c c
    submitted      approve      s s s s s s s s c c
    submitted      refer-back   s s s s s s s s c c
    submitted      amend        s s s s s s s s c c
    submitted      finish       s s s s s s s s c c
    submitted      abandon      s s s s s s s s c c
    submitted      submit       s s s s s s s s c c
    submitted      reopen       r r + r r r r r c c
"""
GOES_TO = {
    ("preparing", "send-back"): "preparing",
    ("preparing", "send"): "with_cabinet",
    ("with_cabinet", "approve"): "approved",
    ("with_cabinet", "refer-back"): "referred_back",
    ("with_cabinet", "reopen"): "referred_back",
    ("referred_back", "send-back"): "referred_back",
    ("referred_back", "send"): "with_cabinet",
    ("approved", "amend"): "amending",
    ("approved", "submit"): "submitted",
    ("approved", "reopen"): "referred_back",
    ("amending", "finish"): "approved",
    ("amending", "abandon"): "approved",
    ("submitted", "reopen"): "referred_back",
}
EXPECTED = {
    tuple(row.split()[:2]): dict(zip(PEOPLE, row.split()[2:], strict=True))
    for row in TABLE.strip().splitlines()[1:]
}


def test_table_of_expectations_leaves_nothing_out():
    assert set(EXPECTED) == {(status, action) for status in Return.Status.values for action in Action.values}
    assert set(TRANSITIONS) == set(Action)
    assert set(GOES_TO) == {key for key, row in EXPECTED.items() if "+" in row.values()}


@pytest.fixture
def station(request, quick_drawing):
    """The return in that state, with every condition met on which it could go on."""
    if request.param == "preparing":
        return request.getfixturevalue("complete")
    if request.param == "with_cabinet":
        return request.getfixturevalue("with_cabinet")
    return_ = request.getfixturevalue("approved")
    if request.param == "referred_back":
        reopen(return_, ("outcomes", "R3"))
        sign(return_, "head-corporate", "corporate")
    elif request.param == "amending":
        do(Action.AMEND, return_, "head-corporate", reason="A better title.")
        save(return_, "head-corporate", "cases", "C1", {"title": "Plans at home"}, reason="Clearer.")
        sign(return_, "head-planning", "planning")
    elif request.param == "submitted":
        do(Action.SUBMIT, return_, "lead", filing=filing())
    return fresh(return_)


def cast(return_) -> dict[str, User]:
    left = User.objects.create(
        username="lead-who-left", authority=return_.authority, is_active=False, email="left@example.org"
    )
    left.groups.add(Group.objects.get(name=Role.LEAD))
    ours = return_.authority.slug == "marchshire"
    names = {
        "officer": "officer-ict" if ours else "officer-planning",
        "head": "head-hr" if ours else "head-housing",
        "lead": "lead",
        "finance": "finance",
        "clerk": "clerk",
        "cabinet": "cabinet",
        "administrator": "admin",
        "delegate": "head-ict" if ours else "head-corporate",
    }
    people = {name: who(return_, username) for name, username in names.items()}
    other = User.objects.get(username="wyeborough-lead" if ours else "lead")
    return people | {"other": other, "left": left}


def details(action: Action, return_, people) -> dict:
    """All that the act asks for."""
    if action in (Action.SEND_BACK, Action.REOPEN):
        return {"places": [place(return_, "outcomes", "R3")], "reason": "Look again."}
    if action == Action.APPROVE:
        return {"decision": decision(delegate=people["delegate"], delegated_until=clock.today())}
    if action == Action.REFER_BACK:
        return {"decision": decision("referred_back", text="Say more on R3.")}
    if action == Action.SUBMIT:
        return {"filing": filing()}
    return {"reason": "It is time."}


def kind_of_refusal(action: Action, text: str) -> str:
    if text == "Only people of this council, whose accounts are open, act on its return.":
        return "c"
    if text.startswith(f"“{action.label}” can’t be done now: the return is "):
        return "s"
    if text == f"“{action.label}” is for the {TRANSITIONS[action].who}.":
        return "r"
    return text


@pytest.mark.parametrize("station", Return.Status.values, indirect=True)
def test_each_act_is_done_where_the_table_says_and_refused_elsewhere(station):
    people, before, stands = cast(station), state(station), station.status
    untouched = traces(station)

    found, went, offered = {}, {}, {}
    for name, person in people.items():
        offered[name] = [action.value for action in available_actions(fresh(station), person)]
    for action in Action:
        given = details(action, station, people)
        for name, person in people.items():
            with transaction.atomic():
                try:
                    perform(action, return_=station, by=person, **given)
                except ActionRefused as refusal:
                    found[stands, action.value, name] = kind_of_refusal(action, str(refusal))
                    assert traces(station) == untouched
                else:
                    found[stands, action.value, name] = "+"
                    went[stands, action.value] = fresh(station).status
                    assert history.check(fresh(station)) == []
                transaction.set_rollback(True)

    rows = {key: row for key, row in EXPECTED.items() if key[0] == stands}
    assert found == {(*key, name): mark for key, row in rows.items() for name, mark in row.items()}
    assert went == {key: target for key, target in GOES_TO.items() if key[0] == stands}
    assert offered == {
        name: [action for (_, action), row in rows.items() if row[name] == "+"] for name in PEOPLE
    }
    assert state(station) == before


def test_documents_print_the_table():
    page = (Path(settings.BASE_DIR) / "docs/lifecycle.md").read_text(encoding="utf-8")

    printed = page.split("<!-- lifecycle -->")[1].split("<!-- /lifecycle -->")[0]
    assert printed.strip() == as_markdown()


# A walk at random, beside a model of the return that knows nothing of the code.

OUTCOME, CASE, GAIN = ("outcomes", "R1", None), ("cases", "C1", None), ("efficiency", "EF2", "hr")
WHERE = {OUTCOME: ("comment", ""), CASE: ("text", ""), GAIN: ("cashable", "2005-06")}
WORDS = {
    OUTCOME: ["Ready by March.", "Ready by May."],
    CASE: ["One call.", "Two calls."],
    GAIN: ["4.5", "5.5"],
}
ELEMENTS = list(WHERE)
ANSWERS = {
    OUTCOME: {"officer-education", "head-education", "lead"},
    CASE: {"officer-ict", "head-ict"},
    GAIN: {"officer-hr", "head-hr"},
}
SIGNS = {"education": ("head-education", {OUTCOME}), "ict": ("head-ict", {CASE}), None: ("finance", {GAIN})}
WALKERS = ["lead", "clerk", "finance", "head-education", "head-ict", "officer-education", "officer-ict"]
WALKERS += ["officer-hr", "head-hr", "cabinet", "wyeborough-lead"]
DELEGATE = "head-education"


class Model:
    """What should become of a return: three elements of it, their signatures, and where it stands."""

    def __init__(self, answers: dict):
        self.status = "preparing"
        self.answers = dict(answers)
        self.unsigned: set = set()
        self.opened: set = set()
        self.delegated = False
        self.standing: dict = {}
        self.versions: list[str] = []

    def act(self, action: str, by: str, elements: set, delegated: bool) -> bool:
        if EXPECTED[self.status, action]["lead"] == "s":
            return False
        delegate = self.delegated and by == DELEGATE
        allowed = {
            "amend": delegate,
            "finish": delegate,
            "abandon": delegate or by == "lead",
            "approve": by == "clerk",
            "refer-back": by == "clerk",
        }
        if not allowed.get(action, by == "lead"):
            return False
        if action in ("send", "finish") and self.unsigned:
            return False
        if action == "finish" and self.answers == self.standing:
            return False
        if action in ("send-back", "reopen"):
            self.unsigned |= elements
            self.opened |= elements
        kinds = {"send": "cabinet", "approve": "approved", "finish": "amended"}
        if action in kinds:
            self.versions.append(kinds[action])
            self.standing = dict(self.answers)
        if action in ("approve", "refer-back"):
            self.delegated = action == "approve" and delegated
        if action == "abandon":
            self.answers, self.unsigned = dict(self.standing), set()
        self.status = GOES_TO[self.status, action]
        return True

    def save(self, element, by: str, value: str) -> bool:
        amends = self.status == "amending" and self.delegated and by == DELEGATE and element != OUTCOME
        is_open = self.status == "preparing" or (self.status == "referred_back" and element in self.opened)
        if not (amends or (is_open and by in ANSWERS[element])):
            return False
        if self.answers[element] != value:
            self.unsigned.add(element)
        self.answers[element] = value
        return True

    def sign(self, part, by: str) -> bool:
        signer, elements = SIGNS[part]
        works = self.status in ("preparing", "referred_back", "amending")
        if not (works and by == signer and self.unsigned & elements):
            return False
        self.unsigned -= elements
        self.opened -= elements
        return True


class Walk:
    """The same steps by the acts."""

    def __init__(self, return_):
        self.return_ = return_
        self.people = {name: User.objects.get(username=name) for name in WALKERS}
        self.places = {element: place(return_, *element) for element in WHERE}
        self.entries = {element: self._entry(*element) for element in WHERE}

    def _entry(self, section: str, line: str, department: str | None):
        field, point = WHERE[section, line, department]
        return change(self.return_, section, line, {field: ""}, point=point, department=department).entry

    def record(self, element):
        stored = self.entries[element].record
        return type(stored).objects.get(pk=stored.pk)

    def act(self, action: str, by: str, elements: set, delegated: bool) -> None:
        power = {"delegate": self.people[DELEGATE], "delegated_until": clock.today()} if delegated else {}
        given = {
            "send-back": {
                "places": [self.places[e] for e in sorted(elements, key=ELEMENTS.index)],
                "reason": "Look again.",
            },
            "approve": {"decision": decision(**power)},
            "refer-back": {"decision": decision("referred_back")},
            "submit": {"filing": filing()},
        }
        given["reopen"] = given["send-back"]
        details = given.get(action, {"reason": "It is time."})
        perform(Action(action), return_=self.return_, by=self.people[by], **details)

    def save(self, element, by: str, value: str) -> None:
        field, record = WHERE[element][0], self.record(element)
        values = {field: record._meta.get_field(field).to_python(value)}
        wanted = Change(self.entries[element], record.version, values)
        save_answers(return_=self.return_, by=self.people[by], changes=[wanted], reason="A better figure.")

    def sign(self, part, by: str) -> None:
        # A statement takes time to read; who can't sign is refused before it is looked at.
        can = by == SIGNS[part][0] and self.unsigned() & SIGNS[part][1]
        try:
            sign(self.return_, by, part, statement=None if can else "")
        except ActionRefused as refusal:
            if "after you opened the statement" in str(refusal):  # only the statement stood in the way
                raise AssertionError(str(refusal)) from refusal
            raise

    def unsigned(self) -> set:
        """Of the three elements; their lines are named once, so that a step costs one small query."""
        rows = self.return_.signoffs.filter(section__in=["outcomes", "cases", "efficiency"])
        keys = {row.key for row in rows.filter(line__in=["R1", "C1", "EF2"])}
        return {element for element, found in self.places.items() if found.key not in keys}

    def opened(self) -> set:
        keys = {row.key for row in self.return_.sent_back.all()}
        found = {element for element, place_ in self.places.items() if place_.key in keys}
        assert len(found) == len(keys)
        return found

    def answers(self) -> dict:
        return {element: str(getattr(self.record(element), WHERE[element][0])) for element in WHERE}


def any_step(chance: random.Random, status: str) -> tuple:
    """Half of the acts are ones that this state knows, half of the steps by one who may well do them."""
    by = chance.choice(WALKERS)
    likely = chance.random() < 0.5
    kind = chance.choices(["act", "save", "sign"], [5, 3, 2])[0]
    if kind == "act":
        known = [action for action in Action.values if EXPECTED[status, action]["lead"] != "s"]
        action = chance.choice(known if chance.random() < 0.5 else Action.values)
        if likely:
            by = {"approve": "clerk", "refer-back": "clerk", "amend": DELEGATE, "finish": DELEGATE}.get(
                action, "lead"
            )
        elements = set(chance.sample(ELEMENTS, chance.randint(1, 3)))
        return kind, action, by, elements, chance.random() < 0.8
    if kind == "save":
        element = chance.choice(ELEMENTS)
        if likely:
            by = DELEGATE if status == "amending" else chance.choice(sorted(ANSWERS[element]))
        return kind, element, by, chance.choice(WORDS[element])
    part = chance.choice(list(SIGNS))
    return kind, part, SIGNS[part][0] if likely else by


def test_two_thousand_steps_at_random_go_where_a_model_says(complete, quick_drawing):
    chance = random.Random(42)
    walk = Walk(complete)
    model = Model(walk.answers())
    done, visited = 0, set()

    for step in range(2000):
        kind, *what = any_step(chance, model.status)
        expected = getattr(model, kind)(*what)
        try:
            getattr(walk, kind)(*what)
            happened = True
        except ActionRefused as refusal:
            happened = str(refusal)

        assert (happened is True) == expected, (step, kind, what, happened)
        done += expected
        visited.add(model.status)
        assert (
            Return.objects.values_list("status", flat=True).get(pk=complete.pk),
            walk.unsigned(),
            walk.opened(),
        ) == (model.status, model.unsigned, model.opened), (step, kind, what)
        if step % 100 == 99:
            assert walk.answers() == model.answers, step
            assert history.check(fresh(complete)) == [], step

    assert list(complete.versions.values_list("kind", flat=True)) == model.versions
    assert visited == set(Return.Status.values)
    assert done > 200
