"""A school's own people in the School Portal: inviting them, their links, and letting them go."""

from dataclasses import dataclass
from typing import TypeGuard

from django.db import models, transaction
from django.http import HttpRequest

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.commons.accounts.creating import UserExists, create_user, switch_off, switch_on
from schoolgate.commons.accounts.links import make_link
from schoolgate.commons.accounts.models import SingleUseLink, User
from schoolgate.commons.audit.recording import record


class PeopleRefused(Exception):
    """It cannot be done; the message is a sentence for the person who asked."""


@dataclass(frozen=True)
class Invited:
    """Somebody who may sign in for a school now, and the link to choose a password; "" for who needs none from here."""

    person: User
    link: str


def people_of(base: Base) -> models.QuerySet[User]:
    """Who may sign in for a school, by name."""
    return base.people.order_by("name", "username")


def works_for_school(person: User | None) -> TypeGuard[User]:
    """Whether somebody is of a school's own people; None is the authority's command line."""
    return person is not None and person.role == SCHOOL_USER


@transaction.atomic
def invite(
    base: Base,
    username: str,
    *,
    name: str = "",
    email: str = "",
    password: str | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> Invited:
    """Let somebody sign in for a school: a new person, or one who does so for another school already.

    `password` is a new person's, who gets a link without it. A school's own people add of those known only who works
    with them already: those of another school are no business of theirs. Who had left all schools comes back with the
    password of before. Raises PeopleRefused, and ValidationError for a user name, e-mail or password that breaks its
    rules.
    """
    _hold(base)
    known = User.objects.select_for_update().filter(username=User.normalize_username(username)).first()
    if known is None:
        try:
            person = create_user(
                username, SCHOOL_USER, name=name, email=email, password=password, by=by, request=request
            )
        except UserExists as taken:
            raise PeopleRefused(f"{taken} Choose another user name.") from None
    else:
        person = known
        _require_may_come(base, person, by)
        if not person.is_active:
            switch_on(person, by=by, request=request)
    base.people.add(person)
    record("school user added", by=by, target=person.username, details=base.dfe_number, request=request)
    needs_link = not person.has_usable_password() and may_get_link(person, by)
    return Invited(person, make_link(person, SingleUseLink.Purpose.INVITATION) if needs_link else "")


def may_get_link(person: User, by: User | None) -> bool:
    """Whether `by` may make this person a link, and so could choose the password.

    The authority may for all who are not switched off. A school's own people may only for a colleague who never chose a
    password, and who works for no school but theirs: else one could come in as another.
    """
    if not person.is_active:
        return False
    if not works_for_school(by):
        return True
    elsewhere = Base.objects.filter(people=person).exclude(people=by)
    return not person.has_usable_password() and not elsewhere.exists()


@transaction.atomic
def new_link(base: Base, person: User, *, by: User | None, request: HttpRequest | None = None) -> str:
    """A link for who lost the invitation or forgot the password; an older one is dead. Raises PeopleRefused."""
    if not may_get_link(person, by):
        raise PeopleRefused(f"You can make no link for {person}.")
    invited = not person.has_usable_password()
    purpose = SingleUseLink.Purpose.INVITATION if invited else SingleUseLink.Purpose.RESET
    link = make_link(person, purpose)
    record("link made", by=by, target=person.username, details=f"{purpose.label}, {base.dfe_number}", request=request)
    return link


@transaction.atomic
def remove(base: Base, person: User, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Keep somebody out of a school from the next click on; who works for no other one is switched off.

    Raises PeopleRefused for oneself: so of a school's own people one is always left.
    """
    _hold(base)
    if by is not None and by.pk == person.pk:
        raise PeopleRefused("You cannot remove yourself. A colleague, or the council, can.")
    if works_for_school(by) and not base.people.filter(pk=by.pk).exists():
        raise PeopleRefused("Somebody has just removed you from this school.")
    base.people.remove(person)
    record("school user removed", by=by, target=person.username, details=base.dfe_number, request=request)
    if not person.schools.exists():
        switch_off(person, by=by, request=request)


def _hold(base: Base) -> None:
    """Of two who change a school's people at once the second sees what the first did."""
    Base.objects.select_for_update(of=("self",)).get(pk=base.pk)


def _require_may_come(base: Base, person: User, by: User | None) -> None:
    taken = f"There is a user '{person.username}' already."
    # Whose a name is that is not theirs is told to no school.
    another = "Choose another user name"
    another += ", or ask the council to add that person to your school." if works_for_school(by) else "."
    if person.role != SCHOOL_USER:
        raise PeopleRefused(f"{taken} {another}")
    if base.people.filter(pk=person.pk).exists():
        raise PeopleRefused(f"{person} may sign in for {base.name} already.")
    theirs = Base.objects.filter(people=person)
    if works_for_school(by) and theirs.exists() and not theirs.filter(people=by).exists():
        raise PeopleRefused(f"{taken} {another}")
    if not person.is_active and theirs.exists():
        raise PeopleRefused(f"{taken} It is switched off; an administrator can switch it on.")
