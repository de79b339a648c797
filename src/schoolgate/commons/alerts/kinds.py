"""What people can be told by mail. A room adds an alert with `add_alert`, in a module that its apps.ready imports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.models import Event

How = Literal["daily summary", "at once"]


def everything(_: User, events: Sequence[Event]) -> Sequence[Event]:
    """Most sites are one house: who may have an alert may be told of all of it."""
    return events


@dataclass(frozen=True)
class Alert:
    """One thing to be told of. `may_have` says who may have it, `on` for whom it is on until they say otherwise.

    `one` and `many` begin the mail of an alert told at once; `many` is written for its number: "{} imports failed".
    `page` names the page where all of them stand. `told_of` leaves out what a person may not see.
    """

    name: str
    words: str
    how: How
    may_have: Callable[[User], bool]
    on: Callable[[User], bool]
    one: str = ""
    many: str = ""
    page: str = "alerts"
    told_of: Callable[[User, Sequence[Event]], Sequence[Event]] = everything


ALERTS: dict[str, Alert] = {}


def add_alert(alert: Alert) -> Alert:
    """Make an alert known. Raises ValueError when its name is taken."""
    if alert.name in ALERTS:
        raise ValueError(f"There are two alerts '{alert.name}'.")
    ALERTS[alert.name] = alert
    return alert


def is_staff(person: User) -> bool:
    """Whether somebody works for who runs the site, and not for a school that it serves."""
    return person.role in {"administrator", "officer", "staff"}


def is_administrator(person: User) -> bool:
    return person.role == "administrator"


DAILY_SUMMARY = add_alert(
    Alert("daily-summary", "How everything stands, each weekday", "daily summary", may_have=is_staff, on=is_staff)
)
LOCKED_ACCOUNT = add_alert(
    Alert(
        "locked-account",
        "An account is locked after wrong passwords",
        "at once",
        may_have=is_administrator,
        on=is_administrator,
        one="An account is locked",
        many="{} accounts are locked",
        page="audit",
    )
)
