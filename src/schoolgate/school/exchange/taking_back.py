"""A file that somebody took out of the folder, or replaced there, before anybody asked for it to be sent.

Its bytes are not sent: what lies in the folder is what the office means. Nothing of it had left, so its row goes;
the same file put back is found and checked like any other.
"""

from collections.abc import Collection, Iterable, Mapping

from schoolgate.school.exchange import telling
from schoolgate.school.exchange.models import Transfer
from schoolgate.school.exchange.settling import remove_by_key

GONE = "was taken out of its folder before it was sent. It is not sent."
REPLACED = "was replaced before it was sent. The file that was there first is not sent."


def unasked_of(place: str) -> list[Transfer]:
    """The files of a place that passed and that nobody asked for."""
    return list(Transfer.objects.unasked().lean().at(place))


def forget_gone(unasked: Iterable[Transfer], present: Collection[str]) -> None:
    """Forget those of these files whose names are not in the folder any more.

    Not those whose originals stayed in a former root folder: nobody took them out.
    """
    _forget([one for one in unasked if one.name not in present and not one.former_root], GONE)


def forget_replaced(place: str, standing: Mapping[str, str]) -> None:
    """Forget those of a place whose name now holds other bytes: `standing` gives the digest of each such name."""
    same_names = Transfer.objects.unasked().lean().at(place).filter(name__in=standing)
    replaced = [one for one in same_names if one.sha256 != standing[one.name]]
    _forget(replaced, REPLACED)


def _forget(transfers: list[Transfer], why: str) -> None:
    for transfer in transfers:
        telling.file_taken_back(transfer, why)
    # The condition again: it may have been asked for meanwhile.
    remove_by_key(Transfer.objects.unasked(), [transfer.pk for transfer in transfers])
