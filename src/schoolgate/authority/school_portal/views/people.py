"""Who may sign in for a school: on the authority's page of the base, and for a school's own people in the portal."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.base_page import Part
from schoolgate.authority.bases.la import LA_CONTACT, LA_NAME
from schoolgate.authority.bases.models import Base
from schoolgate.authority.school_portal.access import of_school
from schoolgate.authority.school_portal.forms import InvitationForm
from schoolgate.authority.school_portal.people import (
    PeopleRefused,
    invite,
    may_get_link,
    new_link,
    people_of,
    remove,
    works_for_school,
)
from schoolgate.authority.school_portal.telling import (
    gets_mail,
    portal_address,
    send_login,
    tell_school,
    to_be_told,
)
from schoolgate.authority.school_portal.tiles import Shown, Tile
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.accounts.links import HOURS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.smtp import is_set_up


@dataclass(frozen=True)
class Side:
    """From where a school's people are looked after: the page that its pages extend, and the one they lead back to."""

    layout: str
    home: str
    home_words: str
    routes: tuple[str, str, str]
    """Of an invitation, of a person's new link, of a removal; each has the base's number first."""

    @classmethod
    def of(cls, request: PersonRequest, base: Base) -> "Side":
        if works_for_school(request.user):
            routes = ("portal-invite", "portal-link", "portal-remove")
            return cls(
                "authority_school_portal/school.html", reverse("portal-people", args=[base.pk]), "People", routes
            )
        routes = ("invite-to-portal", "link-to-portal", "remove-from-portal")
        return cls("web/base.html", reverse("base", args=[base.pk]), base.name, routes)


@dataclass(frozen=True)
class Row:
    """One of a school's people, with the addresses of what this reader may do; "" for what not."""

    person: User
    link: str
    remove: str


def _rows(request: PersonRequest, base: Base) -> list[Row]:
    _, link, removal = Side.of(request, base).routes
    return [
        Row(
            person,
            reverse(link, args=[base.pk, person.pk]) if may_get_link(person, request.user) else "",
            reverse(removal, args=[base.pk, person.pk]) if person != request.user else "",
        )
        for person in people_of(base)
    ]


def people_on_base_page(request: PersonRequest, base: Base) -> Part:
    """The School Portal's part of a base's page."""
    return Part("authority_school_portal/people_part.html", _rows(request, base))


def _look(base: Base) -> Shown:
    people = people_of(base).filter(is_active=True)
    invited = sum(not person.has_usable_password() for person in people)
    words = "may sign in for your school."
    if invited:
        words += f" {invited} {'has' if invited == 1 else 'have'} not chosen a password yet."
    return Shown(f"{len(people)} {'person' if len(people) == 1 else 'people'}", words)


PEOPLE = Tile("People", "portal-people", _look)


@of_school
def people(request: PersonRequest, base: Base) -> HttpResponseBase:
    """Who may sign in for the own school."""
    context = {"base": base, "rows": _rows(request, base)}
    return render(request, "authority_school_portal/people.html", context)


@of_school
def invite_colleague(request: PersonRequest, base: Base) -> HttpResponseBase:
    """Let a colleague sign in."""
    return _invite(request, base)


@who("administrator", "officer")
def invite_to_portal(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Let somebody sign in for a school."""
    return _invite(request, _base(request, pk))


def _invite(request: PersonRequest, base: Base) -> HttpResponseBase:
    side = Side.of(request, base)
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic():
                invited = invite(
                    base,
                    given["username"],
                    name=given["name"],
                    email=given["email"],
                    by=request.user,
                    request=request,
                )
                mailed = gets_mail(invited.person)
                if mailed:
                    send_login(base, invited.person, invited.link)
        except PeopleRefused as refused:
            form.add_error("username", str(refused))
        except ValidationError as error:
            _add_errors(form, error)
        else:
            if invited.link:
                return _show_link(request, base, invited.person, invited.link, mailed=mailed)
            by_mail = f" The address is on its way to {invited.person.email}." if mailed else ""
            messages.success(request, f"{invited.person} may sign in for {base.name}, as before.{by_mail}")
            return redirect(side.home)
    context = {"base": base, "side": side, "form": form, "mails": is_set_up()}
    return render(request, "authority_school_portal/invite.html", context, status=422 if form.errors else 200)


def _add_errors(form: InvitationForm, error: ValidationError) -> None:
    for field, errors in error.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)


@of_school
@require_POST
def link_for_colleague(request: PersonRequest, base: Base, person: int) -> HttpResponseBase:
    """A new link for a colleague who lost the invitation."""
    return _new_link(request, base, person)


@who("administrator", "officer")
@require_POST
def link_to_portal(request: PersonRequest, pk: int, person: int) -> HttpResponseBase:
    """A new link for who lost the invitation, or forgot the password."""
    return _new_link(request, _base(request, pk), person)


def _new_link(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    person = get_object_or_404(_people(request, base), pk=pk)
    try:
        link = new_link(base, person, by=request.user, request=request)
    except PeopleRefused as refused:
        messages.error(request, str(refused))
        return redirect(Side.of(request, base).home)
    return _show_link(request, base, person, link, mailed=False)


def _show_link(request: PersonRequest, base: Base, person: User, link: str, *, mailed: bool) -> HttpResponseBase:
    days = HOURS["reset" if person.has_usable_password() else "invitation"] // 24
    context = {
        "base": base,
        "side": Side.of(request, base),
        "person": person,
        "link": link,
        "mailed": mailed,
        "good_for": "one day" if days == 1 else f"{days} days",
    }
    answer = render(request, "authority_school_portal/link.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@of_school
def remove_colleague(request: PersonRequest, base: Base, person: int) -> HttpResponseBase:
    """Keep a colleague out, after a question."""
    return _remove(request, base, person)


@who("administrator", "officer")
def remove_from_portal(request: PersonRequest, pk: int, person: int) -> HttpResponseBase:
    """Keep somebody out of a school, after a question."""
    return _remove(request, _base(request, pk), person)


def _remove(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    side = Side.of(request, base)
    person = get_object_or_404(_people(request, base), pk=pk)
    if request.method == "POST":
        try:
            remove(base, person, by=request.user, request=request)
        except PeopleRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"{person} may no longer sign in for {base.name}.")
        return redirect(side.home)
    context = {
        "heading": f"Remove {person} from {base.name}?",
        "text": "From the next click on this person sees nothing of the school any more. What the person did stays on "
        "record. An invitation lets the person in again.",
        "submit": "Remove",
        "cancel": side.home,
    }
    return render(request, "web/confirm.html", context)


@who("administrator", "officer")
def tell(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Send a school the portal's address and its people's logins: by mail, and as letters to whom no mail goes."""
    base = _base(request, pk)
    if request.method == "POST" and to_be_told(base):
        told = tell_school(base, by=request.user, request=request)
        context = {
            "base": base,
            "told": told,
            "address": portal_address(),
            "authority": LA_NAME.get(),
            "contact": LA_CONTACT.get(),
            "days": HOURS["invitation"] // 24,
        }
        answer = render(request, "authority_school_portal/told.html", context)
        answer["Cache-Control"] = "no-store"
        return answer
    people = [(person, gets_mail(person)) for person in to_be_told(base)]
    context = {"base": base, "people": people, "address": portal_address(), "mails": is_set_up()}
    return render(request, "authority_school_portal/tell.html", context)


def _people(request: PersonRequest, base: Base) -> QuerySet[User]:
    """Who may sign in for a school, if the reader may know of the school."""
    found: QuerySet[User] = User.objects.filter(schools__in=Base.objects.visible_to(request.user).filter(pk=base.pk))
    return found


def _base(request: PersonRequest, pk: int) -> Base:
    return get_object_or_404(Base.objects.visible_to(request.user), pk=pk)
