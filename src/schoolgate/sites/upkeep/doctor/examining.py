"""Making the checks of this site, and mending what can be mended safely."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record

# Known by being imported: first the database, since others read it.
from schoolgate.sites.upkeep.doctor import (  # noqa: F401
    database,
    folders,
    home,
    kept,
    las,
    machine,
    mail,
    openness,
    reached,
    services,
    work,
)
from schoolgate.sites.upkeep.doctor.findings import CHECKS, Check, Finding, State, command

log = logging.getLogger(__name__)

_WORST_FIRST: dict[State, int] = {"bad": 0, "look": 1, "good": 2}


@dataclass(frozen=True)
class Examined:
    """A finding of a check. `mended` says what was done about it just now; then the finding is how it stands since."""

    check: Check
    finding: Finding
    mended: str = ""


@dataclass(frozen=True)
class Examination:
    """All findings, in the order of the checks; `skipped` are the titles of those that could not be made."""

    found: list[Examined]
    skipped: list[str]

    @property
    def worst_first(self) -> list[Examined]:
        return sorted(self.found, key=lambda one: _WORST_FIRST[one.finding.state])

    def count(self, state: State) -> int:
        return sum(one.finding.state == state for one in self.found)

    @property
    def count_good(self) -> int:
        return self.count("good")

    @property
    def colour(self) -> Literal["good", "warning", "bad"]:
        """The colour of the worst."""
        return "bad" if self.count("bad") else "warning" if self.count("look") else "good"

    @property
    def can_be_mended(self) -> bool:
        return any(one.finding.can_be_mended for one in self.found)

    @property
    def sentence(self) -> str:
        """How it stands as a whole."""
        bad, look = self.count("bad"), self.count("look")
        if not bad and not look:
            return "All is well."
        told = [
            f"{number} {'is' if number == 1 else 'are'} {words}"
            for number, words in ((bad, "bad"), (look, "to be looked at"))
            if number
        ]
        return f"Of {len(self.found)} findings, {' and '.join(told)}."


def checks_of(site: str) -> list[Check]:
    """Those that this site has, in the order in which they are made."""
    return [one for one in CHECKS.values() if site in one.sites]


def examine(checks: Iterable[Check] | None = None, *, slow: bool = True) -> Examination:
    """Make these checks, or all of this site; without `slow` the quick ones. Raises nothing, and changes nothing.

    Where the database cannot be used, what reads it is skipped.
    """
    found: list[Examined] = []
    skipped: list[str] = []
    rows_can_be_read = True
    for one in checks_of(settings.SCHOOLGATE_SITE) if checks is None else checks:
        if one.slow and not slow:
            continue
        if one.reads_rows and not rows_can_be_read:
            skipped.append(one.words)
            continue
        examined = [Examined(one, finding) for finding in _findings(one)]
        if one.look is database.opens_and_is_current:
            rows_can_be_read = all(each.finding.state != "bad" for each in examined)
        found += examined
    return Examination(found, skipped)


def mend(examination: Examination, *, by: User | None, request: HttpRequest | None = None) -> Examination:
    """Mend what can be mended, and look again at what was: a new examination that says what was done.

    What was done is in the audit, where the database takes an entry.
    """
    found = [again for one in examination.found for again in _mended(one, by, request)]
    return replace(examination, found=found)


def _mended(one: Examined, by: User | None, request: HttpRequest | None) -> Iterator[Examined]:
    if one.finding.mend is None:
        yield one
        return
    try:
        done = one.finding.mend()
    except OSError as error:
        yield replace(one, mended=f"It could not be mended: {error.strerror or type(error).__qualname__}.")
        return
    with suppress(DatabaseError), transaction.atomic():
        record("doctor mended", by=by, target=one.check.name, details=done, request=request)
    for finding in _findings(one.check):
        yield Examined(one.check, finding, mended=done)


def _findings(one: Check) -> list[Finding]:
    """What this check finds; never nothing."""
    try:
        return list(one.look()) or [Finding("good", one.well)]
    except Exception as error:  # noqa: BLE001  one check's own trouble must not hide what the others find
        log.error("the check %s failed: %s", one.name, type(error).__qualname__)
        return [
            Finding(
                "bad",
                "This could not be looked at.",
                cause=f"The check itself failed: {type(error).__qualname__}.",
                cure="Make a support bundle, and send it to whoever helps you.",
                command=command("support-bundle"),
            )
        ]
