"""Test Connection for a school's row or an LA's entry, with the credentials it would use (handbook 03, 05).

Every step is a line in the journal, in the handbook's words. What is found is kept: a test that succeeds clears the
trouble on the first page, one that fails for a reason that stops all sending sets it.
"""

from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.journal.writing import Level, write
from schoolgate.school.exchange.asking import ask_for_export
from schoolgate.school.exchange.connecting import NoPersonnelUrl, learn_contact, open_http
from schoolgate.school.exchange.logins import Login, Receiver, login_of, receiver_of, receivers
from schoolgate.school.exchange.models import Destination, PersonnelSchool, School, State, Transfer
from schoolgate.school.exchange.models.destination import NO_ACCOUNT
from schoolgate.school.exchange.password_changes import finish_changes
from schoolgate.school.exchange.telling import numbers_of, what_to_do
from schoolgate.school.exchange.troubles import NO_TROUBLE, is_of_login, note_line_well, note_well, remember_trouble
from schoolgate.school.exchange.whom_to_ask import naming_whom
from schoolgate.wire.connection_test import ANSWER_SECONDS, TIMEOUTS, ConnectionTest, Step
from schoolgate.wire.exchange import Credentials, ExchangeClient
from schoolgate.wire.exchange_errors import CaFileUnusable, ExchangeError, NoEntry, is_of_proxy

Look = Literal["done", "wrong", ""]


@dataclass(frozen=True)
class StepReport:
    """One of the five steps: done, wrong with its error, or not reached (empty)."""

    number: int
    words: str
    look: Look
    error: ExchangeError | None = None

    @property
    def state(self) -> str:
        """done, failed or not tried."""
        return {"done": "done", "wrong": "failed"}.get(self.look, "not tried")


@dataclass(frozen=True)
class TestReport:
    """What a test found; `contact` is whom to ask at the LA."""

    __test__ = False  # no test of pytest's

    row: Login
    steps: list[StepReport]
    contact: str
    failed: ExchangeError | None

    @property
    def sentence(self) -> str:
        return f"Test Connection Failed: {self.failed.sentence}" if self.failed else "Test Connection Successful."

    @property
    def what_to_do(self) -> str:
        """Empty when there is nothing to do."""
        return naming_whom(self.failed.remedy, self.contact) if self.failed else ""


def rows_to_test(la: str = "", school: str = "", most: int | None = None) -> list[Destination | School]:
    """What is tested when nobody names a row of pupil files: every LA with credentials for all, and every school's row.

    `la` (the destination's) and `school` (four digits) narrow it; a school without a row is its LA's. Not more than
    `most` schools, where that is given.
    """
    of_la = {"destination_la": la} if la else {}
    rows = School.objects.filter(**of_la)
    schools: list[Destination | School] = list((rows.filter(number=school) if school else rows)[:most])
    if school and schools:
        return schools
    with_rows = set(rows.values_list("destination_la", flat=True))
    las = Destination.objects.filter(la=la) if la else Destination.objects.all()
    return [one for one in las if one.has_credentials or one.la not in with_rows] + schools


def run_connection_test(row: Login) -> TestReport:
    """Take the five steps now. Takes seconds at most, and raises nothing: what fails is told in the report."""
    _tell(row, "INFO", "Testing Connection:")
    destination = receiver_of(row.destination_la) if isinstance(row, School) else row
    if destination is None or not destination.address:
        nowhere = NoEntry(_destination_la(row)) if destination is None else NoPersonnelUrl()
        return _ended(row, [Step(1, "Endpoint configuration", nowhere)], [], "")
    login = login_of(row.la, row.number, destination) if isinstance(row, School) else row
    try:
        http = open_http(TIMEOUTS)
    except CaFileUnusable as error:
        return _ended(row, [Step(1, f"Endpoint configuration ({destination.address})", error)], [], "")
    with http:
        if finish_changes(destination.la, http):
            login.refresh_from_db()
        client = ExchangeClient(destination.address, _credentials(login), http, timezone.now, ANSWER_SECONDS)
        test = ConnectionTest(client, destination.la, "" if isinstance(row, Destination) else row.base)
        taken = []
        for step in test.steps():
            taken.append(step)
            if step.error is None:
                _tell(row, "INFO", f"Step {step.number}. {step.words}")
    _keep_what_was_found(destination, login, test, taken[-1])
    if taken[-1].error is None:
        _send_what_waited(destination)
    return _ended(row, taken, test.words(), destination.contact)


def _ended(row: Login, taken: list[Step], words: list[str], contact: str) -> TestReport:
    """The report of these steps, of all that there are to take, and the last line in the journal."""
    error = taken[-1].error
    steps = [StepReport(one.number, one.words, "wrong" if one.error else "done", one.error) for one in taken]
    ahead = enumerate(words[len(taken) :], len(taken) + 1)
    report = TestReport(row, [*steps, *(StepReport(number, text, "") for number, text in ahead)], contact, error)
    if error is None:
        _tell(row, "INFO", report.sentence)
    else:
        _tell(row, "WARN", report.sentence, details=what_to_do(error, _destination_la(row)))
    return report


def place_to_mend(row: Login, error: ExchangeError) -> tuple[str, str]:
    """Where the office can put it right: the words of the link, and its address."""
    if "proxy" in error.code or error.code == "unreachable-tls-version":
        return "Open Connection", reverse("connection")
    if isinstance(row, PersonnelSchool):
        if is_of_login(error):
            return "Open the school’s row", reverse("edit-personnel-school", args=[row.pk])
        return "Open the B2B:Personnel URL", reverse("personnel-url")
    if isinstance(row, School) and is_of_login(error) and row.has_credentials:
        return "Open the school’s row", reverse("edit-school", args=[row.pk])
    if error.code == "no-entry":
        return "Add the LA", reverse("add-la")
    if error.code == NO_ACCOUNT and School.objects.with_own_credentials().filter(destination_la=row.la).exists():
        return "Test a school’s own account", reverse("schools")
    return "Open the LA’s entry", reverse("edit-la", args=[_destination_la(row)])


def _destination_la(row: Login) -> str:
    return row.destination_la if isinstance(row, School) else row.la


def _credentials(login: Login) -> Credentials | None:
    return Credentials(*login.credentials) if login.has_credentials else None


def _keep_what_was_found(destination: Receiver, login: Login, test: ConnectionTest, last: Step) -> None:
    """What stops sending is remembered where a run would remember it; what was right clears what was wrong before."""
    unnamed = isinstance(destination, Destination) and destination.name in {"", f"LA {destination.la}"}
    if test.service is not None and test.service.name and unnamed:
        destination.note(name=test.service.name[:150])
    if test.account is not None and test.account.contact and not destination.contact:
        learn_contact(destination, test.account)
    if test.service is not None:
        _free_others_of_the_proxy(destination)
    if test.account is not None:
        note_line_well(destination)
        note_well(login, password_expires_at=test.client.password_expires)
    if last.error is None or not last.stops_sending:
        return
    if not is_of_login(last.error):
        remember_trouble(destination, last.error, by_person=True)
        return
    note_line_well(destination)
    # An LA whose schools all have their own need not have any; a run tells where they are missed.
    if login.has_credentials:
        remember_trouble(login, last.error, by_person=True)


def _free_others_of_the_proxy(destination: Receiver) -> None:
    """The proxy let us through: what it did to other LAs is over too."""
    for other in receivers():
        if other != destination and is_of_proxy(other.trouble):
            other.note(**NO_TROUBLE)
            _send_what_waited(other)


def _send_what_waited(destination: Receiver) -> None:
    """Files that were asked for and then stopped by what is cured now go on by themselves."""
    waiting = Transfer.objects.at(destination.place).filter(state__in=[State.READY, State.RETRYING])
    if waiting.exclude(asked_at=None).exists():
        ask_for_export(destination.place, look=False, by_person=False)


def _tell(row: Login, level: Level, message: str, *, details: str = "") -> None:
    write(level, message, **numbers_of(row), details=details)
