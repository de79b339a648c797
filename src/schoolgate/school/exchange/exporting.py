"""One export of one place: look, check the destination once, send what was asked for, put away what arrived."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import httpx
from django.utils import timezone

from schoolgate.school.exchange import telling
from schoolgate.school.exchange.connecting import Connection, connect, open_http
from schoolgate.school.exchange.filing import put_away
from schoolgate.school.exchange.logins import Receiver, logins_in_use, must_rest, receiver_of
from schoolgate.school.exchange.models import HeldBackFile, State, Transfer
from schoolgate.school.exchange.outcomes import ask_for_one
from schoolgate.school.exchange.places import is_of_staff
from schoolgate.school.exchange.scanning import scan
from schoolgate.school.exchange.sending import put_back_interrupted, send_all
from schoolgate.school.exchange.still_held import send_forgotten_again
from schoolgate.school.exchange.troubles import note_line_well, note_trouble
from schoolgate.wire.exchange_errors import ExchangeError

Progress = Callable[[int, int, str], None]
"""Told how many files of how many (0: unknown) are through with, and in a few words what is going on."""


MOST_TOLD = 3
"""Schools whose logins failed that a summary names."""


@dataclass
class LaSummary:
    """What one export did for one place, in files. `held_back` and `waiting` are all there are now, not only new ones.

    `school` is the number of the school whose staff the files are of; empty for those of pupils. `received` counts
    those `known` at the LA before. `trouble` says in a sentence why nothing (more) could be done.
    """

    la: str
    checked: int = 0
    held_back: int = 0
    received: int = 0
    known: int = 0
    retrying: int = 0
    needs_attention: int = 0
    waiting: int = 0
    still_being_written: int = 0
    trouble: str = ""
    school: str = ""

    @property
    def all_well(self) -> bool:
        return not (self.held_back or self.retrying or self.needs_attention or self.waiting or self.trouble)


def export_to(
    place: str,
    *,
    look: bool,
    by_person: bool,
    on_progress: Progress = lambda *_: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> LaSummary:
    """Send from one place. Only one of these runs at a time for a place: the job's key sees to that.

    `look`: first take what lies in the folder, and ask for everything that waits; else only what was asked for before
    is sent. `by_person`: files that wait for their next try are sent at once.
    """
    summary = LaSummary(place[:3], school=place[3:])
    put_back_interrupted(place)
    if look:
        on_progress(0, 0, "Looking into the folder")
        found = scan(place, wait=True, on_progress=lambda done, total: on_progress(done, total, "Checking"))
        summary.checked, summary.still_being_written, summary.trouble = found.checked, found.moving, found.trouble
        Transfer.objects.at(place).filter(state=State.READY, asked_at=None).update(asked_at=timezone.now())
    put_away(Transfer.objects.to_file().lean().at(place))
    waiting = list(_to_send(place, by_person=by_person, now=timezone.now()))
    destination = receiver_of(place)
    if destination is None:
        summary.trouble = summary.trouble or _nobody_to_send_to(place, len(waiting))
    else:
        with open_http() as http:
            _send(destination, http, waiting, summary, by_person, on_progress, cancelled)
    summary.held_back = HeldBackFile.objects.filter(place=place).count()
    summary.waiting = Transfer.objects.at(place).filter(state=State.READY).count()
    return summary


def _nobody_to_send_to(place: str, waiting: int) -> str:
    tell = telling.no_row if is_of_staff(place) else telling.no_destination
    if waiting:
        tell(place, waiting)
    return "There is no row for this school." if is_of_staff(place) else f"There is no entry for LA {place}."


def _send(
    destination: Receiver,
    http: httpx.Client,
    waiting: list[Transfer],
    summary: LaSummary,
    by_person: bool,
    on_progress: Progress,
    cancelled: Callable[[], bool],
) -> None:
    try:
        on_progress(0, len(waiting), f"Signing in to {destination}")
        connection = connect(destination, http)
        _carry_all(connection, waiting, summary, by_person, on_progress, cancelled)
    except ExchangeError as error:
        left = Transfer.objects.at(destination.place).filter(state__in=(State.READY, State.RETRYING)).count()
        note_trouble(destination, error, waiting=left, by_person=by_person)
        summary.trouble = error.sentence
        return
    note_line_well(destination)


def _carry_all(
    connection: Connection,
    waiting: list[Transfer],
    summary: LaSummary,
    by_person: bool,
    on_progress: Progress,
    cancelled: Callable[[], bool],
) -> None:
    destination = connection.destination
    logins = logins_in_use(destination, {transfer.base for transfer in waiting}) or [destination]
    if send_forgotten_again(
        connection,
        logins,
        on_progress=lambda done, total: on_progress(done, total, f"Signing in to {destination}"),
        cancelled=cancelled,
    ):
        waiting = list(_to_send(destination.place, by_person=by_person, now=timezone.now()))
    total = len(waiting)
    text = f"Sending to {connection.destination}"
    sent = send_all(
        connection,
        waiting,
        by_person=by_person,
        on_progress=lambda through: on_progress(through, total, text),
        cancelled=cancelled,
    )
    summary.received, summary.known = sent.received, sent.known
    summary.retrying, summary.needs_attention = sent.retrying, sent.needs_attention
    summary.trouble = summary.trouble or " ".join(sent.troubles[:MOST_TOLD])
    if len(sent.troubles) > MOST_TOLD:
        summary.trouble += f" So it is for {len(sent.troubles) - MOST_TOLD:,} more schools."
    if sent.stopped_by is not None:
        raise sent.stopped_by
    if Transfer.objects.at(destination.place).filter(state=State.DELIVERED).exists():
        for login in sent.signed_in:
            ask_for_one(connection, login)


def _to_send(place: str, *, by_person: bool, now: datetime) -> Iterator[Transfer]:
    """What to send, each school's files in the order of their making, those of one second in that of their names.

    Behind a file that waits for its next try, the later ones of its school wait too. Without a person, so do all whose
    login rests.
    """
    held: set[str] = set()
    asked = Transfer.objects.at(place).filter(state__in=[State.READY, State.RETRYING], asked_at__isnull=False)
    if not by_person:
        asked = asked.exclude(must_rest(now))
    for transfer in asked.lean().order_by("made_at", "name", "pk"):
        if transfer.base in held:
            continue
        due = transfer.state == State.READY or by_person or (transfer.next_try_at or now) <= now
        if due:
            yield transfer
        else:
            held.add(transfer.base)
