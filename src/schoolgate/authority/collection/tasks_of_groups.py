"""Which scheduled tasks go by which groups of bases."""

from collections.abc import Collection

from django.urls import reverse

from schoolgate.authority.bases.groups import Use
from schoolgate.authority.collection.models import ScheduledTask


def tasks_of_groups(groups: Collection[int]) -> dict[int, list[Use]]:
    """The tasks of each of these groups."""
    found: dict[int, list[Use]] = {}
    named = ScheduledTask.objects.filter(groups__in=groups).order_by("name", "pk")
    for group, task, name in named.values_list("groups", "pk", "name"):
        if group in groups:
            found.setdefault(group, []).append(Use(f"task “{name}”", reverse("task", args=[task])))
    return found
