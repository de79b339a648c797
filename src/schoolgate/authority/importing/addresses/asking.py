"""Addresses that an import would take, or ask a person about, are looked up in the authority's list first.

The pupil's own address only. A contact may live anywhere, and is one value with all that is said of it: its address is
taken as it is sent (inferred; reference 9.5 has the carers' details as groups of their own).
"""

from collections.abc import Mapping
from dataclasses import replace

from schoolgate.authority.importing.addresses.listed import Address, AddressRule
from schoolgate.authority.importing.deciding import Decisions, Incoming, Invalid
from schoolgate.authority.records.groups.addresses import ADDRESSES

ADDRESS = ADDRESSES.items[0]


def unlisted(decided: Mapping[int, Decisions], rule: AddressRule) -> dict[int, str]:
    """Those in ``decided`` by whom an address was to be taken or to wait, and is not taken, with the code why.

    What is held already, refused by a person or left to another school is not looked up: nothing is to come of it.
    """
    wanted = {place: address for place, one in decided.items() if (address := _wanted(one)) is not None}
    codes = rule.faults(list(wanted.values())) if wanted else []
    return {place: code for place, code in zip(wanted, codes, strict=True) if code}


def _wanted(decisions: Decisions) -> Address | None:
    for write in decisions.writes:
        if write.group is ADDRESSES:
            address: Address = write.payload[ADDRESS.name]
            return address
    for conflict in decisions.conflicts:
        if conflict.group is ADDRESSES:
            waits: Address = conflict.incoming
            return waits
    return None


def without_address(incoming: Incoming, code: str) -> Incoming:
    """What comes without its address, which is left out with ``code``; the value is told in words, on one line."""
    payloads = {group: payload for group, payload in incoming.payloads.items() if group is not ADDRESSES}
    sent = ADDRESS.form.text(incoming.payloads[ADDRESSES][ADDRESS.name])
    return replace(
        incoming, payloads=payloads, invalid=(*incoming.invalid, Invalid(ADDRESSES, ADDRESS.name, code, sent))
    )
