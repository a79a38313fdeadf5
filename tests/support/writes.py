"""Finds in code where records are changed."""

import ast
from functools import cache

from django.apps import apps

CREATE = {
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "execute",
    "executemany",
}
# Files, caches and sets have methods of these names too, and take something without a name.
NAMED_ONLY = {"save", "delete", "update"}
OF_MANY = {"add", "set", "remove", "clear"}  # as sets, caches and events have


def writes(source: str) -> list[int]:
    """The lines on which a record, queryset, manager or cursor changes what is stored, as far as code shows it."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return sorted({call.lineno for call in calls if _writes(call)})


def _writes(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    receiver = call.func.value
    for name in (call.func.attr, call.func.attr.removeprefix("a")):  # each has a twin to be awaited
        if name in CREATE:
            return True
        if name in NAMED_ONLY:
            return not call.args and (name != "update" or bool(call.keywords))
        if name in OF_MANY:
            return isinstance(receiver, ast.Attribute) and receiver.attr in _managers()
    return False


@cache
def _managers() -> frozenset[str]:
    """The names by which a record reaches several others, such as `groups` of a person."""
    return frozenset(
        field.get_accessor_name() if field.auto_created else field.name
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if (field.one_to_many or field.many_to_many) and not getattr(field, "hidden", False)
    )
