"""From a joined LA to its entry and schools: what is made, what would be replaced, and making it (handbook 04, 05).

An account for one school becomes that school's row; one for several becomes the LA-wide credentials, unless the LA's
entry has others: then each school gets its row.
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.journal.writing import write
from schoolgate.school.exchange.administration.destinations import save_destination
from schoolgate.school.exchange.administration.schools import save_school
from schoolgate.school.exchange.folders import root_folder
from schoolgate.school.exchange.models import Destination, Joining, School
from schoolgate.school.exchange.preferences import SCHOOL_NAME


class WouldReplace(Exception):
    """Something that is set up would be replaced, and nobody said that it may; `plan` says what."""

    def __init__(self, plan: "Plan") -> None:
        super().__init__(" ".join(plan.replaced))
        self.plan = plan


@dataclass
class Plan:
    """What comes of a joining. `replaced` are sentences on what is set up now and would be something else."""

    destination: Destination | None
    lawide: bool
    rows: list[School] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)


def plan_entries(joining: Joining) -> Plan:
    """What would be made of this answer, looked up and not saved."""
    destination = Destination.objects.filter(la=joining.la).first()
    plan = Plan(destination, lawide=_is_lawide(joining, destination))
    same_account = School.objects.filter(destination_la=joining.la, user=joining.user)
    wanted = {} if plan.lawide else {base["la"] + base["school"]: base for base in joining.bases}
    plan.rows = [row for row in same_account if row.base not in wanted]
    for base in wanted.values():
        row = School.objects.filter(la=base["la"], number=base["school"], destination_la=joining.la).first()
        row = row or School(la=base["la"], number=base["school"], destination_la=joining.la)
        row.name = row.name or base["name"] or f"School {base['la']} {base['school']}"
        if row.user not in {"", joining.user}:
            plan.replaced.append(f"{row} has the account {row.user}; it would have {joining.user}.")
        plan.rows.append(row)
    if destination is not None:
        if destination.address != joining.address:
            old, new = destination.address, joining.address
            plan.replaced.append(f"{destination} has the address {old}; it would have {new}, for all schools.")
        if plan.lawide and destination.user not in {"", joining.user}:
            old, new = destination.user, joining.user
            plan.replaced.append(f"{destination} has the account {old} for all schools; it would have {new}.")
    return plan


def confirm(joining: Joining, *, may_replace: bool, by: User | None, request: HttpRequest | None = None) -> None:
    """Somebody said that this is them. The entries are made now, or once there is a root folder.

    Raises WouldReplace, DestinationRefused, SchoolRefused.
    """
    plan = plan_entries(joining)
    if plan.replaced and not may_replace:
        raise WouldReplace(plan)
    joining.confirmed_at, joining.may_replace = timezone.now(), may_replace
    joining.save(update_fields=["confirmed_at", "may_replace"])
    if root_folder() is not None:
        make_entries(joining, by=by, request=request)


def make_entries(joining: Joining, *, by: User | None, request: HttpRequest | None = None) -> Destination:
    """Make the LA's entry, its folders and the schools' rows, all or nothing; the joining is done with.

    Raises WouldReplace, DestinationRefused (no root folder yet, among others), SchoolRefused.
    """
    with transaction.atomic():
        plan = plan_entries(joining)
        if plan.replaced and not joining.may_replace:
            raise WouldReplace(plan)
        destination = plan.destination or Destination(la=joining.la)
        destination.name = joining.la_name
        destination.address = joining.address
        destination.contact = joining.contact or destination.contact
        if plan.lawide:
            _give_account(destination, joining)
        save_destination(destination, by=by, request=request)
        for row in plan.rows:
            _give_account(row, joining)
            save_school(row, by=by, request=request)
        _name_the_site(joining, by, request)
        joining.delete()
        message = f"Connected to {destination}, with the account {joining.user}."
        write("INFO", message, destination_la=destination.la)
    return destination


def names_of(joining: Joining) -> list[str]:
    """The account's schools as an office reads them: Green Abbey Primary, 820 4321."""
    return [f"{base['name'] or 'a school without name'}, {base['la']} {base['school']}" for base in joining.bases]


def _is_lawide(joining: Joining, destination: Destination | None) -> bool:
    if destination is not None and destination.user == joining.user:
        return True
    if len(joining.bases) == 1:
        return False
    return not joining.bases or destination is None or not destination.user


def _give_account(login: Destination | School, joining: Joining) -> None:
    login.user, login.password = joining.user, joining.password
    login.password_expires_at = joining.password_expires_at
    # Not seen to work yet.
    login.connected_at = None


def _name_the_site(joining: Joining, by: User | None, request: HttpRequest | None) -> None:
    if not SCHOOL_NAME.get() and len(joining.bases) == 1 and joining.bases[0]["name"]:
        SCHOOL_NAME.set(joining.bases[0]["name"], by=by, request=request)
