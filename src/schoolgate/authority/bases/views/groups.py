"""Base groups: the list, one group, and whom it would take (SCREENS 5.3)."""

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.authority.bases.group_form import GroupForm, initial_of
from schoolgate.authority.bases.groups import GroupRefused, delete_group, save_group, uses_of, wish_of
from schoolgate.authority.bases.models import BaseGroup
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table

SHOWN = 50


@who("administrator", "officer")
def groups(request: PersonRequest) -> HttpResponseBase:
    """All groups: how each is made, how many schools it has, where it is used."""

    def prepare(page: list[Any]) -> None:
        uses = uses_of(page)
        for group in page:
            group.schools = group.bases.count()
            group.used_in = ", ".join(use.words for use in uses[group.pk])

    table = Table(
        [
            Column("name", "Group", search=True, link=lambda group: reverse("base-group", args=[group.pk])),
            Column(
                "by_rule",
                "Made",
                choices=[("True", "by rule"), ("False", "by hand")],
                value=lambda group: "by rule" if group.by_rule else "by hand",
            ),
            Column(
                "schools",
                "Schools",
                kind="number",
                sort="",
                link=lambda group: f"{reverse('bases')}?group={group.pk}",
            ),
            Column("used_in", "Used in", sort=""),
            Column("changed_at", "Changed", kind="time"),
        ],
        BaseGroup.objects.visible_to(request.user),
        request,
        name="groups",
        noun=("group", "groups"),
        empty=NotYet(
            "No groups yet. Start with phase: Nursery, Primary, Secondary, Special.",
            "Add a group",
            reverse("add-base-group"),
        ),
        prepare=prepare,
    )
    return table.response("authority_bases/groups.html")


@who("administrator", "officer")
def add(request: PersonRequest) -> HttpResponseBase:
    return _edit(request, None)


@who("administrator", "officer")
def group(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One group, to look at and to change."""
    return _edit(request, get_object_or_404(BaseGroup.objects.visible_to(request.user), pk=pk))


def _edit(request: PersonRequest, found: BaseGroup | None) -> HttpResponseBase:
    posted = request.POST if request.method == "POST" else None
    form = GroupForm(posted, initial=initial_of(wish_of(found)) if found else {})
    wish = wish_of(found) if found else None
    seen = found.changed_at.isoformat() if found else ""
    if posted is not None and form.is_valid():
        wish = form.wish
        if posted.get("do") != "preview":
            try:
                if posted.get("seen", "") != seen:
                    form.add_error(None, "Somebody else has changed this group meanwhile. Look at it anew.")
                else:
                    saved = save_group(
                        found, wish, seen=found.changed_at if found else None, by=request.user, request=request
                    )
                    messages.success(request, f"{saved.name}: {_schools(wish.bases.count())} today.")
                    return redirect("base-groups")
            except GroupRefused as refused:
                form.add_error(None, str(refused))
    context = {
        "group": found,
        "form": form,
        "seen": seen,
        "uses": uses_of([found])[found.pk] if found else [],
        "effect": _schools(wish.bases.count()) if wish else "",
        "bases": wish.bases.order_by("name")[:SHOWN] if wish else [],
        "more": max(0, wish.bases.count() - SHOWN) if wish else 0,
    }
    return render(request, "authority_bases/group.html", context, status=422 if form.errors else 200)


@who("administrator", "officer")
def delete(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = get_object_or_404(BaseGroup.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        try:
            delete_group(found, by=request.user, request=request)
        except GroupRefused as refused:
            messages.error(request, str(refused))
            return redirect("base-group", pk)
        messages.success(request, f"{found.name} is deleted. Its schools stay as they are.")
        return redirect("base-groups")
    context = {
        "heading": f"Delete the group {found.name}?",
        "text": "Its schools stay as they are. A group that is used somewhere cannot be deleted.",
        "submit": "Delete",
        "cancel": reverse("base-group", args=[pk]),
    }
    return render(request, "web/confirm.html", context)


def _schools(number: int) -> str:
    return f"{number:,} school" if number == 1 else f"{number:,} schools"
