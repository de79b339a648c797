"""Who is told what: as it comes, and as each person chose."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.kinds import ALERTS, Alert
from schoolgate.commons.alerts.models import Choice, Mail
from schoolgate.commons.audit.recording import record


@dataclass(frozen=True)
class Chosen:
    """An alert that a person may have, whether it is on, and when a mail of it was last sent to that person."""

    person: User
    alert: Alert
    on: bool
    last_sent: datetime | None

    @property
    def words(self) -> str:
        return self.alert.words

    @property
    def how(self) -> str:
        return self.alert.how.capitalize()

    @property
    def to(self) -> str:
        return self.person.email

    @property
    def state(self) -> str:
        """Whether it is on; what is on without an address reaches nobody."""
        return "off" if not self.on else "on" if self.person.email else "no address"


def choices_of(people: Collection[User]) -> list[Chosen]:
    """Each alert that each of these people may have, in three queries at most."""
    said = {(one.person_id, one.alert): one.on for one in Choice.objects.filter(person__in=people)}
    sent = Mail.objects.filter(person__in=people, sent_at__isnull=False).values_list("person", "alert")
    last = {(person, alert): at for person, alert, at in sent.annotate(last=Max("sent_at")).order_by()}
    return [
        Chosen(person, alert, said.get((person.pk, alert.name), alert.on(person)), last.get((person.pk, alert.name)))
        for person in people
        for alert in ALERTS.values()
        if alert.may_have(person)
    ]


def listeners(alert: Alert) -> list[User]:
    """The people who are told: active, with an address, and with this alert on."""
    people = [person for person in User.objects.people().exclude(email="") if person.state == "active"]
    return [chosen.person for chosen in choices_of(people) if chosen.alert is alert and chosen.on]


def choose(person: User, on: Collection[str], *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Have a person told of these alerts, by their names, and of no others; false when it was so before."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        changed = [chosen for chosen in choices_of([person]) if chosen.on != (chosen.alert.name in on)]
        for chosen in changed:
            Choice.objects.update_or_create(person=person, alert=chosen.alert.name, defaults={"on": not chosen.on})
        if changed:
            details = ", ".join(f"{one.alert.name} {'off' if one.on else 'on'}" for one in changed)
            record("alerts changed", by=by, target=person.username, details=details, request=request)
    return bool(changed)
