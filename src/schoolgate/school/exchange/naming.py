"""What a file should be called, by the names that this site used before."""

from collections.abc import Iterable

from schoolgate.documents.staff.holding_back import next_personnel_name, suggest_personnel_name
from schoolgate.documents.staff.names import is_right, parse_personnel_name
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.names import parse_name
from schoolgate.documents.students.naming import next_name, suggest_name
from schoolgate.school.exchange.models import Transfer
from schoolgate.school.exchange.models.transfer import TransferQuerySet


def destination_of(name: str) -> str:
    """The LA number that a right name says the file goes to."""
    return parse_name(name).destination_la


def suggest(name: str, header: Header | None) -> str:
    """What the file should be called, empty when its name is right or nobody can tell (``suggest_name``)."""
    return suggest_name(name, header, _used)


def suggest_for_staff(name: str, header: Header | None) -> str:
    """As `suggest`, for a personnel file."""
    if header is None:
        return ""
    used = _used_by(Transfer.objects.at(header.source_la + header.source_school))
    return suggest_personnel_name(name, header, used)


def still_free(suggested: str, sha256: str) -> str:
    """The suggested name, or the same with the next serial when a file of other content has taken it meanwhile.

    Several files of one school may wait with one suggestion. Empty when no serial is left.
    """
    if not Transfer.objects.filter(name=suggested).exclude(sha256=sha256).exists():
        return suggested
    if is_right(suggested):
        own = parse_personnel_name(suggested)
        used = _used_by(Transfer.objects.at(own.source_la + own.source_school))
        return next_personnel_name(own, used)
    name = parse_name(suggested)
    numbers = (name.source_la, name.source_school, name.destination_la)
    return next_name(*numbers, _used(*numbers))


def _used(source_la: str, source_school: str, destination_la: str) -> Iterable[str]:
    sent = Transfer.objects.at(destination_la)
    return _used_by(sent.filter(source_la=source_la, source_school=source_school))


def _used_by(transfers: TransferQuerySet) -> Iterable[str]:
    return transfers.values_list("name", flat=True)
