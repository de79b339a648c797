"""Whether addresses stand in the authority's list: by UPRN, else by post code and house, in one query for many."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from schoolgate.authority.importing.addresses.houses import Listed, Written, meant, written
from schoolgate.authority.importing.models import AddressListLoad, ListedAddress
from schoolgate.commons.preferences.registry import YesNoPreference

NOT_IN_LIST = "address-not-in-list"
"""Code of a refusal: the authority's list has no such address (reference 9.9: ADDRESS_NOT_FOUND)."""
SEVERAL_IN_LIST = "address-several-in-list"
"""Code of a refusal: the list has several that may be meant, and nobody can tell which."""
NO_LIST = "no-address-list"
"""Code of a refusal: the authority takes no address without a list, and has none."""

NOT_FOUND = (NOT_IN_LIST, SEVERAL_IN_LIST)

TAKEN_WITHOUT_LIST = YesNoPreference(
    "addresses-without-list",
    default=True,
    meaning="whether addresses are taken as they are sent while no address list is loaded",
)

Address = Mapping[str, Any]
"""The value of the item Address, as a record has it."""


@dataclass(frozen=True, slots=True)
class AddressRule:
    """By what addresses are taken: the number of the list that is in use, else whether they are taken without one."""

    list_in_use: int | None = None
    taken_without: bool = True

    @property
    def key(self) -> str:
        """What stands for it where something was decided by it."""
        return f"list {self.list_in_use}" if self.list_in_use else "as sent" if self.taken_without else "none"

    def faults(self, addresses: Sequence[Address]) -> list[str]:
        """Why each is not taken, as a code; empty where it is. One query at most, whatever their number."""
        if self.list_in_use is None:
            return ["" if self.taken_without else NO_LIST] * len(addresses)
        read = [written(address) for address in addresses]
        rows = _rows_for(read)
        return [_fault(this, rows) for this in read]


AS_SENT = AddressRule()


def address_rule() -> AddressRule:
    """By what addresses are taken now."""
    in_use = AddressListLoad.objects.in_use().values_list("pk", flat=True).first()
    return AddressRule(in_use, TAKEN_WITHOUT_LIST.get())


def address_fault(address: Address) -> str:
    """Why an address that a person is about to accept is not taken, as a code; empty: it is."""
    return address_rule().faults([address])[0]


def found_as(address: Address) -> list[Listed]:
    """Which addresses of the list one may be: none, the one it is, or several between which nobody can tell."""
    this = written(address)
    return meant(this, _rows_for([this]).of(this))


def _fault(this: Written, rows: "_Rows") -> str:
    found = meant(this, rows.of(this))
    return "" if len(found) == 1 else SEVERAL_IN_LIST if found else NOT_IN_LIST


class _Rows:
    """Listed addresses by all they may be looked up by."""

    def __init__(self, rows: Iterable[Listed]) -> None:
        self._by: dict[object, list[Listed]] = {}
        for row in rows:
            for key in (row.uprn, row.by_number, row.by_name):
                self._by.setdefault(key, []).append(row)

    def of(self, this: Written) -> list[Listed]:
        """Those that have any of what ``this`` is looked up by, each once."""
        keys = (this.uprn, *sorted(this.numbers | this.names))
        return list(dict.fromkeys(row for key in keys for row in self._by.get(key, ())))


def _rows_for(read: Iterable[Written]) -> _Rows:
    uprns, numbers, names = set[int](), set[str](), set[str]()
    for this in read:
        if this.uprn:
            uprns.add(this.uprn)
        numbers |= this.numbers
        names |= this.names
    return _Rows(map(Listed._make, lookup(uprns, numbers, names)))


def lookup(uprns: Collection[int], numbers: Collection[str], names: Collection[str]) -> QuerySet[ListedAddress, Any]:
    """Addresses of the list in use by any of these, as the values of a ``Listed``; some may come twice.

    One query for each index, put together: SQLite would read the whole list for one that asks by any of the three. The
    list is asked for by its state, not by its number, since another may have taken its place.
    """
    rows = ListedAddress.objects.filter(load__state=AddressListLoad.State.IN_USE).values_list(*Listed._fields)
    by_house = rows.filter(by_number__in=numbers), rows.filter(by_name__in=names)
    return rows.filter(uprn__in=uprns).union(*by_house, all=True)
