"""What people do with the connections of bases: enter, forget, test, and let a base be collected by one."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import SCHOOL_USER, SIMS_7, Base
from schoolgate.authority.bases.systems import system_label
from schoolgate.authority.collection.connecting import tested
from schoolgate.authority.collection.ending import cancel
from schoolgate.authority.collection.models import CollectionRun, Connection, ConnectionState, RunState
from schoolgate.authority.exchange import outbox
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.wire.mis.connector import Check, Connector
from schoolgate.wire.mis.registry import connector_named

FOR_GOOD = frozenset({"sims-primary"})
"""Systems from which nobody goes back (reference student-personnel 9.1)."""


class ConnectionRefused(Exception):
    """It cannot be done; the message is a sentence for the person who asked."""


class ChangedMeanwhile(ConnectionRefused):
    """Somebody else has changed it since it was shown."""

    def __init__(self) -> None:
        super().__init__("Somebody else has changed this meanwhile. It stands here as it is now; enter yours again.")


def connection_for(base: Base, kind: type[Connector]) -> Connection | None:
    """What is entered for a base and a system."""
    return Connection.objects.filter(base=base, connector=kind.name).first()


def may_see_values(person: User | None, connection: Connection) -> bool:
    """Whether the settings were entered by this person's own side; None is the authority's command line.

    What a school enters in the School Portal is there for the authority, and works, but it sees no value; nor does a
    school see the authority's. Who wants to change one of the other's enters all anew.
    """
    return connection.entered_by_school == (person is not None and person.role == SCHOOL_USER)


def known_to(person: User | None, connection: Connection | None) -> Mapping[str, str]:
    """The values that this person may see and go on from."""
    return connection.values if connection is not None and may_see_values(person, connection) else {}


def _merged(known: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The values that are given, those left empty as they are known: secrets show themselves to nobody."""
    return {name: value or known.get(name, "") for name, value in given.items()}


def missing_of(connection: Connection | None, kind: type[Connector]) -> list[str]:
    """The labels of the settings that are not there."""
    values = connection.values if connection is not None else {}
    return [setting.label for setting in kind.settings if not values.get(setting.name)]


@transaction.atomic
def enter(
    base: Base,
    kind: type[Connector],
    given: Mapping[str, str],
    *,
    seen: datetime | None,
    by: User | None,
    request: HttpRequest | None = None,
) -> tuple[Connection, list[str]]:
    """Keep the settings of a base for one system; the labels of those that changed. Values left empty stay, if known.

    `seen` is when the settings were entered that the person saw. Raises ChangedMeanwhile, and ConnectionRefused where
    one is missing.
    """
    base = Base.objects.select_for_update(of=("self",)).get(pk=base.pk)
    found = connection_for(base, kind)
    if (found.entered_at if found else None) != seen:
        raise ChangedMeanwhile
    connection = found or Connection(base=base, connector=kind.name)
    before = known_to(by, found)
    values = _merged(before, given)
    missing = [setting.label for setting in kind.settings if not values.get(setting.name)]
    if missing:
        raise ConnectionRefused(f"{', '.join(missing)} must be entered: all are needed.")
    changed = [setting.label for setting in kind.settings if values[setting.name] != before.get(setting.name)]
    if changed:
        connection.values = values
        connection.state, connection.trouble, connection.said = ConnectionState.NEW, "", ""
        connection.tested_at, connection.entered_at, connection.entered_by = None, timezone.now(), by
        connection.save()
        details = f"{kind.label}: {', '.join(changed)}"
        record("connection settings entered", by=by, target=base.dfe_number, details=details, request=request)
    return connection, changed


def try_out(base: Base, kind: type[Connector], given: Mapping[str, str], *, by: User | None) -> Check:
    """Make one real data call with these settings, saved or not; where they are the saved ones, that is kept."""
    found = connection_for(base, kind)
    values = _merged(known_to(by, found), given)
    if found is not None and values == found.values:
        return tested(found)
    unsaved = Connection(base=base, connector=kind.name)
    unsaved.values = values
    return tested(unsaved)


@transaction.atomic
def forget(base: Base, kind: type[Connector], *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Remove the settings of a base for one system. False: there are none. Raises ConnectionRefused while in use."""
    base = Base.objects.select_for_update(of=("self",)).get(pk=base.pk)
    if base.mis == kind.name:
        raise ConnectionRefused(f"{base.name} is collected through {kind.label}. Its settings are needed.")
    removed, _ = Connection.objects.filter(base=base, connector=kind.name).delete()
    if removed:
        record("connection settings removed", by=by, target=base.dfe_number, details=kind.label, request=request)
    return removed > 0


@transaction.atomic
def choose_system(base: Base, system: str, *, seen: str, by: User | None, request: HttpRequest | None = None) -> Base:
    """Say how a base's data comes from now on: `SIMS_7` in files, or a connector's name.

    What it was asked for by request is called off then. Raises ChangedMeanwhile where it is not as `seen` any more, and
    ConnectionRefused without the settings, and to or from a system from which nobody goes back: a base is migrated to
    such a one (`migrating.migrate`).
    """
    base = Base.objects.select_for_update(of=("self",)).get(pk=base.pk)
    if base.mis != seen:
        raise ChangedMeanwhile
    if system == base.mis:
        return base
    if base.mis in FOR_GOOD:
        raise ConnectionRefused(f"{base.name} is on {system_label(base.mis)}, and nobody goes back from that.")
    if system in FOR_GOOD:
        raise ConnectionRefused(
            f"{base.name} must be migrated to {system_label(system)}, from its page or by `schoolgate authority "
            "migrate`: that cannot be undone, and its tasks change with it."
        )
    if system != SIMS_7:
        require_settings(base, system)
    for run in CollectionRun.objects.filter(base=base, state=RunState.ASKED).select_related("base"):
        cancel(run)
        outbox.withdraw(base, run=run.pk)
    details = f"{system_label(base.mis)} → {system_label(system)}"
    base.mis = system
    base.save(update_fields=["mis"])
    record("school system changed", by=by, target=base.dfe_number, details=details, request=request)
    return base


def require_settings(base: Base, system: str) -> None:
    """Raise ConnectionRefused for a system that is not known here, or whose settings the base lacks."""
    try:
        kind = connector_named(system)
    except KeyError:
        raise ConnectionRefused(f"There is no system '{system}' here.") from None
    if missing := missing_of(connection_for(base, kind), kind):
        raise ConnectionRefused(f"Enter the settings for {kind.label} first: {', '.join(missing)}.")
