"""The users of a site: who may do what, inviting and switching off."""

from django.contrib import messages
from django.db import models, transaction
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.accounts.creating import (
    BoundRole,
    LastAdministrator,
    bound_roles,
    change_role,
    create_user,
    switch_off,
    switch_on,
)
from schoolgate.commons.accounts.forms import InvitationForm, RightsForm, RoleForm, roles_of_people
from schoolgate.commons.accounts.links import HOURS, make_link
from schoolgate.commons.accounts.models import ADMINISTRATOR, SingleUseLink, User
from schoolgate.commons.accounts.rights import RightsChangedMeanwhile, change_rights, known_rights
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import Column, Table


def _people(request: PersonRequest) -> models.QuerySet[User]:
    people: models.QuerySet[User] = User.objects.visible_to(request.user).people()
    return people


@who(ADMINISTRATOR)
def users(request: PersonRequest) -> HttpResponseBase:
    """Everybody who may come to these pages. Schools' programs have their accounts elsewhere."""
    table = Table(
        [
            Column("name", "Name", search=True),
            Column("username", "User name", search=True, link=lambda user: reverse("user", args=[user.pk])),
            Column("email", "E-mail", search=True),
            Column("role", "Role", choices=[(role, role.capitalize()) for role, _ in roles_of_people()]),
            Column("last_login", "Last signed in", kind="time"),
            Column("state", "State", kind="state", sort=""),
        ],
        _people(request),
        request,
        name="users",
        noun=("user", "users"),
    )
    alone = _people(request).count() == 1
    return table.response("accounts/users.html", {"alone": alone})


@who(ADMINISTRATOR)
def invite_user(request: PersonRequest) -> HttpResponseBase:
    """Make a user and show the link by which the person chooses a password."""
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        with transaction.atomic():
            person = create_user(
                given["username"],
                given["role"],
                name=given["name"],
                email=given["email"],
                by=request.user,
                request=request,
            )
            link = make_link(person, SingleUseLink.Purpose.INVITATION)
        return _show_link(request, person, link, SingleUseLink.Purpose.INVITATION)
    return render(request, "accounts/invite_user.html", {"form": form, "elsewhere": bound_roles().values()})


@who(ADMINISTRATOR)
def user(request: PersonRequest, user_id: int) -> HttpResponseBase:
    """One user: what is known, the role, and the steps that this user's state allows."""
    person = get_object_or_404(_people(request), pk=user_id)
    form = RoleForm(request.POST or None, initial={"role": person.role})
    if form.is_valid():
        try:
            change_role(person, form.cleaned_data["role"], by=request.user, request=request)
        except (LastAdministrator, BoundRole) as error:
            form.add_error("role", str(error))
        else:
            messages.success(request, f"{person} is now {person.role}.")
            return redirect("user", person.pk)
    elsewhere = bound_roles().get(person.role, "")
    context = {"person": person, "form": form, "rights": _rights_form(person), "elsewhere": elsewhere}
    return render(request, "accounts/user.html", context)


@who(ADMINISTRATOR)
@require_POST
def user_rights(request: PersonRequest, user_id: int) -> HttpResponseBase:
    """Give rights to a person, or take them; what was shown must still be so."""
    person = get_object_or_404(_people(request).exclude(role__in=bound_roles()), pk=user_id)
    form = RightsForm(request.POST)
    if not form.is_valid():
        messages.error(request, "This site has no such right.")
        return redirect("user", person.pk)
    seen = form.cleaned_data["seen"].split()
    try:
        change_rights(person, form.cleaned_data["rights"], by=request.user, request=request, seen=seen)
    except RightsChangedMeanwhile as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Saved what {person} may do.")
    return redirect("user", person.pk)


def _rights_form(person: User) -> RightsForm | None:
    """None where the site has no rights to give, and for who has a role that none goes with."""
    if not known_rights() or person.role in bound_roles():
        return None
    return RightsForm(initial={"rights": person.rights, "seen": " ".join(person.rights)})


@who(ADMINISTRATOR)
@require_POST
def make_user_link(request: PersonRequest, user_id: int) -> HttpResponseBase:
    """A new link for somebody who forgot the password or lost the invitation; the old link is dead."""
    person = get_object_or_404(_people(request).filter(is_active=True), pk=user_id)
    invited = not person.has_usable_password()
    purpose = SingleUseLink.Purpose.INVITATION if invited else SingleUseLink.Purpose.RESET
    with transaction.atomic():
        link = make_link(person, purpose)
        record("link made", by=request.user, target=person.username, details=purpose.label, request=request)
    return _show_link(request, person, link, purpose)


def _show_link(request: PersonRequest, person: User, link: str, purpose: SingleUseLink.Purpose) -> HttpResponseBase:
    days = HOURS[purpose.value] // 24
    good_for = "one day" if days == 1 else f"{days} days"
    return render(request, "accounts/link_made.html", {"person": person, "link": link, "good_for": good_for})


@who(ADMINISTRATOR)
def switch_user(request: PersonRequest, user_id: int) -> HttpResponseBase:
    """Switch a user off after a question, or on again."""
    person = get_object_or_404(_people(request), pk=user_id)
    if request.method == "POST":
        try:
            (switch_off if person.is_active else switch_on)(person, by=request.user, request=request)
            messages.success(request, f"{person} is switched {'on' if person.is_active else 'off'}.")
        except LastAdministrator as error:
            messages.error(request, str(error))
        return redirect("user", person.pk)
    context = {
        "heading": f"Switch {person} {'off' if person.is_active else 'on'}?",
        "text": "Who is switched off cannot sign in any more, from the next click on. Everything this person did stays "
        "on record, and you can switch the account on again."
        if person.is_active
        else "This person can sign in again with the password and role of before.",
        "submit": f"Switch {'off' if person.is_active else 'on'}",
        "cancel": reverse("user", args=[person.pk]),
    }
    return render(request, "web/confirm.html", context)
