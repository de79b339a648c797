"""Whether a value that waited may still be taken: what was right when its file came need not be so any more."""

from collections.abc import Sequence

from django.utils import timezone

from schoolgate.authority.importing.addresses.listed import address_rule
from schoolgate.authority.importing.case import OWN_NUMBERS, UPN_OF_ANOTHER
from schoolgate.authority.importing.models import Conflict
from schoolgate.authority.importing.reading import MET_BEFORE
from schoolgate.authority.records.groups.addresses import ADDRESSES
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.subjects import PUPIL, STAFF, Subject
from schoolgate.documents.staff.layout import PER_LAYOUT
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.layout import CES_LAYOUT
from schoolgate.documents.students.values import ValueCheck

_YEAR_BEGINS = 9
"""The month in which an academic year begins."""


def faults(conflicts: Sequence[Conflict]) -> dict[int, str]:
    """The codes by which incoming values cannot be taken today, by the conflict's number. Three queries at most."""
    checks = {subject: check_of_today(subject) for subject in {one.data_group.subject for one in conflicts}}
    found = {}
    for one in conflicts:
        record = one.data_group.write({one.item: one.incoming})
        check = checks[one.data_group.subject]
        codes = [finding.code for finding in check.findings(record) if finding.code not in MET_BEFORE]
        if codes:
            found[one.pk] = codes[0]
    addresses = [one for one in conflicts if one.data_group is ADDRESSES]
    if addresses:
        codes = address_rule().faults([one.incoming for one in addresses])
        found.update((one.pk, code) for one, code in zip(addresses, codes, strict=True) if code)
    upns = {one.incoming: one for one in conflicts if (one.data_group, one.item) in OWN_NUMBERS}
    if upns:
        owners = dict[str, set[int]]()
        for upn, pupil in Pupil.people.filter(upn__in=upns).values_list("upn", "pk"):
            owners.setdefault(upn, set()).add(pupil)
        found.update((one.pk, UPN_OF_ANOTHER) for upn, one in upns.items() if owners.get(upn, set()) - {one.pupil_id})
    return found


def check_of_today(subject: Subject = PUPIL, *, proven: bool = True) -> ValueCheck:
    """What finds values that cannot be right in a file that was written now.

    ``proven``: a schema has taken each before; what a person types is of no form until it was looked at.
    """
    now = timezone.localtime().replace(tzinfo=None)
    layout = PER_LAYOUT if subject == STAFF else CES_LAYOUT
    header = Header(
        kind=layout.kind,
        version="",
        document_name="",
        created=now,
        qualifier="partial",
        supplier="",
        source_la="",
        source_school="",
        school_name="",
        academic_year=now.year if now.month >= _YEAR_BEGINS else now.year - 1,
        destination_la="",
        destination_school="",
    )
    return ValueCheck(header, layout, demo=True, proven=proven, lengths=not proven)
