"""What a school can put right: the values and pupils of its files that an LA did not take, with the words for them.

The list is the LA's; the names of the children are not: those come from the school's own copy of the file.
"""

import json
import logging
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from schoolgate.commons.schemas import site_shelf
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.reader import StudentFile
from schoolgate.documents.students.wording import item_for, pupil_label, remedy_for
from schoolgate.school.exchange.models import Correction, CorrectionList, Transfer
from schoolgate.school.exchange.taking import fill_spool, spool
from schoolgate.wire.exchange import ExchangeClient, RefusedValue
from schoolgate.wire.exchange_errors import Refused

log = logging.getLogger(__name__)

MOST_KEPT = 1_000
MOST_PAGES = 100

WHY = {
    "bad-upn": "The check letter does not fit the UPN.",
    "bad-uln": "The check digit does not fit the ULN.",
    "bad-uci": "The check letter does not fit the UCI.",
    "upn-twice": "Another pupil of the file has this UPN.",
    "birth-in-future": "The date of birth is after the file’s own.",
    "ends-before-start": "It ends before it begins.",
    "code-not-of-year": "It is not a code of the file’s academic year.",
    "bad-code": "The code is in no list.",
    "bad-date": "It is no date.",
    "bad-value": "It is not what belongs there.",
    "reasons-too-many": "An exclusion has at most three reasons.",
    "reason-twice": "The same reason is given twice.",
    "school-days": "An exclusion cannot be so long, or not in parts of half a day.",
    "sessions-exceed-possible": "The sessions make more than were possible.",
    "address-not-in-list": "The LA’s list of addresses has none with this post code and house.",
    "address-several-in-list": "The LA’s list has several such addresses: say the flat, the house’s name or the UPRN.",
    "no-address-list": "The LA takes no addresses at present.",
    "discarded": "A person at the LA looked at it, and did not take it.",
    "undone": "A person at the LA took it back, after it had been imported.",
    "pupil-twice": "This pupil stands in the file twice, with differences, so neither was taken.",
    "upn-of-another-pupil": "The LA knows another pupil by this UPN; one of the two numbers is wrong.",
    "namesake-with-another-upn": "The LA knows a pupil of this name, birth and sex by another UPN.",
    "several-matches": "More than one pupil that the LA knows could be this one; the LA decides.",
    "inactive-match": "The LA knows this pupil, but on no school’s roll; the LA decides.",
    "not-known": "The LA does not know this pupil yet; the LA decides.",
    "held-back": "The LA does not take this pupil for now.",
}
"""Why something was not taken, by the LA's code."""
LA_DECIDES = frozenset({"several-matches", "inactive-match", "not-known", "held-back", "no-address-list"})
BY_A_PERSON = frozenset({"discarded", "undone"})

_OF_PUPIL = {
    "pupil-twice": "In your MIS look for this pupil’s second record, and put the two together. Save and export again.",
    "upn-of-another-pupil": "Compare the UPN with the pupil’s former school, then correct it or ask the LA.",
    "namesake-with-another-upn": "Compare the UPN with the pupil’s former school, then correct it or ask the LA.",
}


def why_not_taken(code: str) -> str:
    """Why the LA did not take it, in a sentence; a code of a later version is told as such."""
    return WHY.get(code, f"The LA did not take it ({code}).")


def how_to_correct(item: str, code: str) -> str:
    """What an office does about it."""
    if code in LA_DECIDES:
        return "Nothing, unless the LA asks."
    if code in BY_A_PERSON:
        return "Look it up with the family. Correct it in your MIS and export again, or tell the LA that it is right."
    return remedy_for(item_for((item,))) if item else _OF_PUPIL.get(code, "Ask the LA.")


def item_words(item: str) -> str:
    """What an office calls the item; a whole pupil has none."""
    return item_for((item,)).words if item else "the whole pupil"


def note_to_be_fetched(transfer: Transfer) -> None:
    """The LA has said something new of an imported file: its list is to be fetched."""
    CorrectionList.objects.update_or_create(transfer=transfer, defaults={"due": True})


def fetch_lists(client: ExchangeClient, travelling: Q) -> None:
    """Fetch the lists that are due of files that travel with one login. Raises an ExchangeError.

    A file that the LA does not tell of keeps the list that it has, and is asked for again.
    """
    due = CorrectionList.objects.due().filter(transfer__in=Transfer.objects.filter(travelling))
    for this in due.select_related("transfer").defer("transfer__problems"):
        try:
            refused = list(_refused(client, this.transfer))
        except Refused as error:
            log.info("The LA does not tell what it took of a file: %s", error.code)
            continue
        _keep(this, refused)


def _refused(client: ExchangeClient, transfer: Transfer) -> Iterator[RefusedValue]:
    cursor = ""
    for _ in range(MOST_PAGES):
        page = client.refused(transfer.kind, transfer.name, transfer.sha256, cursor)
        yield from page.values
        if not page.more or page.cursor == cursor:
            return
        cursor = page.cursor


def _keep(this: CorrectionList, refused: Collection[RefusedValue]) -> None:
    pupils = [problem for problem in this.transfer.outcome.get("problems", ()) if _is_of_pupil(problem)]
    numbers = {problem["pupil"] for problem in pupils}
    by_upn, by_number = _names(this.transfer, {value.upn for value in refused}, numbers)
    corrections = [
        Correction(
            of=this,
            pupil=by_number.get(problem["pupil"], f"Pupil {problem['pupil']}")[:200],
            code=str(problem["code"])[:40],
            since=this.transfer.received_at or timezone.now(),
            for_school=problem["code"] not in LA_DECIDES,
        )
        for problem in pupils
    ]
    # The new ones first: of a long list no more is kept than an office can use.
    corrections += [
        Correction(
            of=this,
            pupil=by_upn.get(value.upn, "")[:200],
            upn=value.upn[:20],
            group=value.group[:40],
            item=value.item[:60],
            value=_as_text(value.value)[:300],
            code=value.code[:40],
            since=value.since or timezone.now(),
            new=value.new,
        )
        for value in sorted(refused, key=lambda one: not one.new)
    ]
    kinds = Counter(item_words(one.item) for one in corrections)
    with transaction.atomic():
        this.corrections.all().delete()
        Correction.objects.bulk_create(corrections[:MOST_KEPT])
        this.due, this.told_at = False, timezone.now()
        this.total, this.to_do = len(corrections), sum(one.for_school for one in corrections)
        this.kinds = sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0]))
        this.save()


def _is_of_pupil(problem: Any) -> bool:
    return isinstance(problem, dict) and isinstance(problem.get("pupil"), int) and isinstance(problem.get("code"), str)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _names(
    transfer: Transfer, upns: Collection[str], numbers: Collection[int]
) -> tuple[dict[str, str], dict[int, str]]:
    """How the school's own file names these pupils, by UPN and by their number in it; as far as it is still held."""
    by_upn: dict[str, str] = {}
    by_number: dict[int, str] = {}
    if not (upns or numbers):
        return by_upn, by_number
    fill_spool(transfer)
    try:
        with spool().open(transfer.sha256) as plain:
            for number, upn, label in _pupils(plain):
                if upn in upns:
                    by_upn.setdefault(upn, label)
                if number in numbers:
                    by_number[number] = label
    except (OSError, EOFError, DocumentError):
        log.info("The school's own copy of a file cannot be read: its list names no pupils.")
    return by_upn, by_number


def _pupils(plain: BinaryIO) -> Iterator[tuple[int, str, str]]:
    """Number, UPN and name of each pupil of a file."""
    for entry in StudentFile(plain, site_shelf()).entries():
        upn, forename, surname = (_text(entry.record.get(name)) for name in ("UPN", "Forename", "Surname"))
        details = entry.record.get("BasicDetails")
        year = _text(details.get("NCyearActual")) if isinstance(details, dict) else ""
        yield entry.number, upn, pupil_label(forename, surname, year, entry.number)


def _text(leaf: object) -> str:
    return leaf if isinstance(leaf, str) else ""
