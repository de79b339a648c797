"""Why a file that waits cannot go now: the line to its LA, or the account that it travels with."""

from dataclasses import dataclass

from schoolgate.school.exchange.logins import Login, Receiver, login_of
from schoolgate.school.exchange.models import Destination, PersonnelSchool, Transfer
from schoolgate.school.exchange.models.transfer import WAITING


@dataclass(frozen=True)
class Hindrance:
    """What stands in the way, in sentences: what it is, and what to do."""

    heading: str
    sentence: str
    what_to_do: str


def hindrance_of(transfer: Transfer, destination: Receiver | None) -> Hindrance | None:
    """What keeps a waiting file from being sent, as far as was found out; None when nothing was."""
    if transfer.state not in WAITING or destination is None:
        return None
    if destination.line_trouble:
        return _told(destination, f"Nothing can be sent to {destination} now.")
    login = login_of(transfer.source_la, transfer.source_school, destination)
    if not login.has_credentials:
        if isinstance(login, PersonnelSchool):
            return Hindrance(
                f"{login} has no account.",
                "It has no user name and password of its own under Personnel, and none for its pupil files either.",
                "Enter those that the LA gave to the school. This file waits until then.",
            )
        school = f"{transfer.source_la} {transfer.source_school}"
        return Hindrance(
            f"This program has no account for school {school}.",
            f"Nobody gave it a user name and password with which files of that school go to {destination}.",
            "If the file is another school’s, cancel it. If it is yours, connect the school by its letter from the LA.",
        )
    if not login.trouble:
        return None
    whose = "This program" if isinstance(login, Destination) else "This school"
    return _told(login, f"{whose} cannot sign in to {destination} now.")


def _told(row: Login, heading: str) -> Hindrance:
    return Hindrance(heading, row.trouble_sentence, f"{row.what_to_do} This file waits until then.")
