"""What was told is marked as seen: one's own, up to what was shown."""

import pytest
from django.urls import reverse

from returns.acts import ActionRefused, mark_seen
from returns.messages.notices import tell
from returns.models import Notice


@pytest.fixture
def told(marchshire, person) -> list[Notice]:
    """Three notices to the lead, and one to the clerk between the second and the third."""
    Notice.objects.all().delete()
    for number, name in enumerate(("lead", "lead", "clerk", "lead"), 1):
        tell(marchshire, [person(name)], subject=f"Notice {number}", text="Read it.", path="/")
    return list(Notice.objects.order_by("pk"))


def unseen() -> list[str]:
    return sorted(Notice.objects.filter(seen_at=None).values_list("subject", flat=True))


def test_ones_own_notices_are_seen_up_to_the_one_that_was_shown(marchshire, person, told):
    assert mark_seen(return_=marchshire, by=person("lead"), upto=told[2].pk) == 2
    assert unseen() == ["Notice 3", "Notice 4"]
    assert mark_seen(return_=marchshire, by=person("lead"), upto=told[2].pk) == 0


def test_the_page_marks_what_it_showed(marchshire, person, told, signed_in):
    address = reverse("returns:notice-list", args=["marchshire", "ieg4"])
    assert signed_in("lead").post(address, {"upto": str(told[0].pk)}).status_code == 302
    assert signed_in("lead").post(address, {"upto": "9" * 30}).status_code == 302
    assert unseen() == ["Notice 2", "Notice 3", "Notice 4"]


def test_who_no_longer_reads_the_return_marks_nothing(marchshire, person, told):
    lead = person("lead")
    lead.groups.clear()

    with pytest.raises(ActionRefused, match="You no longer read this return"):
        mark_seen(return_=marchshire, by=lead, upto=told[3].pk)

    assert len(unseen()) == 4
