"""Events written before there was a chain are numbered and tied together."""

from django.db import migrations

from returns.history import hash_chain
from returns.values import digests


def tie(apps, schema_editor):
    Event = apps.get_model("returns", "Event")
    Return = apps.get_model("returns", "Return")
    Allocation = apps.get_model("returns", "Allocation")
    for return_ in Return.objects.all():
        events = list(Event.objects.filter(return_record=return_).order_by("pk"))
        last = {event.line: event for event in events if event.kind == "allocation"}
        for allocation in Allocation.objects.filter(return_record=return_).exclude(owner=None):
            # Only the latest owner is known by more than a name.
            if allocation.line in last:
                last[allocation.line].detail = digests.canonical(
                    {
                        "owner": allocation.owner.username,
                        "department": allocation.department.slug,
                        "due": allocation.due.isoformat() if allocation.due else "",
                    }
                )
        digest = ""
        for number, event in enumerate(events, 1):
            event.number = number
            event.digest = digest = hash_chain.link(digest, event)
        Event.objects.bulk_update(events, ["number", "digest", "detail"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("returns", "0002_review_and_decision")]

    operations = [migrations.RunPython(tie, migrations.RunPython.noop)]
