"""What stands in the way of sending: remembered at the LA or the login it is about, and told."""

from datetime import timedelta

from django.utils import timezone

from schoolgate.school.exchange import telling
from schoolgate.school.exchange.logins import Login, Receiver
from schoolgate.school.exchange.models.login import LOGIN_TROUBLES
from schoolgate.wire.exchange_errors import ExchangeError
from schoolgate.wire.http import TRIES, Again, StopRun, wait_before_next

NO_TROUBLE = {
    "trouble": "",
    "trouble_sentence": "",
    "trouble_remedy": "",
    "trouble_since": None,
    "try_again_at": None,
    "failures": 0,
}


def is_of_login(error: ExchangeError) -> bool:
    """Whether it is about one user name and password, so that other schools' files may go on."""
    return error.code in LOGIN_TROUBLES


def note_well(row: Login, **found: object) -> None:
    """All was well with this LA, or with this login, just now. `found` is what was learnt besides."""
    row.note(connected_at=timezone.now(), **NO_TROUBLE, **found)


def note_line_well(destination: Receiver) -> None:
    """A run of this LA ended well; whether its LA-wide credentials are right is another question.

    That nobody entered any is forgotten once no school's file needs them.
    """
    if destination.trouble not in LOGIN_TROUBLES:
        note_well(destination)


def note_trouble(row: Login, error: ExchangeError, *, waiting: int, by_person: bool) -> None:
    """Nothing can be sent to this LA, or with this login, just now: remember why, and when to try without a person.

    A password that was replaced while the run went on is no trouble: the next round uses the new one.

    One line in the journal per run that a person asked for; runs by themselves are told of only when there is
    something new, or when they end.
    """
    if error.code == "wrong-credentials" and _entered_or_changed_meanwhile(row):
        return
    news = row.trouble != error.code
    remember_trouble(row, error, by_person=by_person)
    if news or by_person or row.failures == TRIES:
        telling.unusable(row, error, waiting)


def remember_trouble(row: Login, error: ExchangeError, *, by_person: bool) -> None:
    """As `note_trouble`, without a line in the journal.

    What a repetition cannot cure (password, address, proxy) waits for a person.
    """
    now = timezone.now()
    failures = min(row.failures + 1, TRIES) if not by_person else 1
    try_again_at = None
    if isinstance(error.step, Again) and failures < TRIES:
        try_again_at = now + timedelta(seconds=wait_before_next(failures, asked=error.step.after))
    elif isinstance(error.step, StopRun) and error.step.after is not None:
        try_again_at = now + timedelta(seconds=error.step.after)
    row.note(
        trouble=error.code[:40],
        trouble_sentence=error.sentence[:300],
        trouble_remedy=error.remedy[:300],
        trouble_since=now if row.trouble != error.code else row.trouble_since,
        failures=failures,
        try_again_at=try_again_at,
    )


def _entered_or_changed_meanwhile(row: Login) -> bool:
    present = type(row).objects.filter(pk=row.pk).values_list("user", "password").first()
    return present is not None and present != (row.user, row.password)
