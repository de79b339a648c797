"""A list of addresses is loaded beside the one in use, and takes its place whole, in one commit.

Its rows are written portion by portion, so that nobody waits for a long transaction; nothing is looked up among them
before. A load that dies on the way begins again. A list that is much shorter than the one before waits for a person.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.importing.addresses.gazetteer import Line, Wrong, read_gazetteer
from schoolgate.authority.importing.addresses.houses import Listed
from schoolgate.authority.importing.models import AddressListLoad, ListedAddress
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.bulk import insert
from schoolgate.commons.csv_lists import CsvRefused
from schoolgate.commons.faults import fault_point
from schoolgate.commons.filestore import FileStore
from schoolgate.commons.journal import writing as journal

AT_ONCE = 5_000
"""Rows written, or removed, in one transaction."""

PROBLEMS_KEPT = 100
"""So many of the lines that are not taken are told; all are counted."""

SHORT_OF = 0.6
"""A list with less than this of the addresses before, or of its own lines, waits for a person (SCREENS 5.3)."""

State = AddressListLoad.State
_OVER = (State.REPLACED, State.REFUSED, State.DISCARDED)
_WITH_FILE = (State.LOADING, State.ASKS)
_LEFT_ALONE_FOR = timedelta(days=1)


def address_files() -> FileStore:
    """Where the files of lists lie until they are loaded."""
    return FileStore(settings.SCHOOLGATE_HOME.files / "address-lists")


def keep_file(chunks: Iterable[bytes]) -> str:
    """Keep the file of a list, durable; the digest that it is kept under. Raises NoSpace."""
    with address_files().incoming() as incoming:
        for chunk in chunks:
            incoming.write(chunk)
        return incoming.keep().sha256


def carry_out(load: AddressListLoad, progress: Callable[[int], None]) -> None:
    """Load a list: afterwards it is in use, waits for a person, or is refused, which its row says.

    ``progress`` is told how many lines are done, and may end the work by raising; done again it begins anew, unless it
    has ended. Raises FileNotFoundError when the file is gone.
    """
    if load.state == State.LOADING and not load.agreed:
        _remove_rows(load)
        try:
            _write_rows(load, progress)
        except CsvRefused as refused:
            _end(load, State.REFUSED, str(refused))
        else:
            fault_point("addresses.written")
            if question := _question(load):
                _end(load, State.ASKS, question)
                return
    if load.state == State.LOADING:
        _put_in_use(load)
        fault_point("addresses.in-use")
    if load.state != State.ASKS:
        _remove_what_is_over(load)


def answer(load: AddressListLoad, *, take: bool, by: User | None, request: HttpRequest | None = None) -> bool:
    """Let a list that waits count, or discard it; then ``carry_out`` goes on. False: it does not wait any more."""
    with transaction.atomic():
        if not AddressListLoad.objects.select_for_update().filter(pk=load.pk, state=State.ASKS).values_list("pk"):
            return False
        load.state = State.LOADING if take else State.DISCARDED
        load.agreed, load.answered_by = take, by
        load.save()
        did = "shorter address list accepted" if take else "address list discarded"
        record(did, by=by, target=load.source_name, details=load.why_not, request=request)
    return True


def _question(load: AddressListLoad) -> str:
    """What a person is to know before this list counts, as a sentence; empty where nobody is asked."""
    before = AddressListLoad.objects.in_use().values_list("records", flat=True).first() or 0
    if load.records < SHORT_OF * before:
        return f"It has {load.records:,} addresses; the list in use has {before:,}."
    if load.records < SHORT_OF * (load.records + load.refused):
        return f"Of its {load.records + load.refused:,} lines {load.refused:,} cannot be used."
    return ""


def _write_rows(load: AddressListLoad, progress: Callable[[int], None]) -> None:
    load.lines = load.records = load.refused = 0
    load.problems = []
    with address_files().open(load.source_key) as stream:
        addresses = _counted(load, read_gazetteer(stream))
        while portion := list(islice(addresses, AT_ONCE)):
            with transaction.atomic():
                insert(ListedAddress, ["load", *Listed._fields], [(load.pk, *listed) for listed in portion])
            progress(load.lines)
    load.save()
    if not load.records:
        raise CsvRefused("None of its lines can be used." if load.lines else "It has no lines below its headings.")


def _counted(load: AddressListLoad, lines: Iterable[Line]) -> Iterator[Listed]:
    """The addresses among the lines; the others are counted, and the first of them told."""
    for line in lines:
        load.lines += 1
        if isinstance(line, Listed):
            load.records += 1
            yield line
        elif isinstance(line, Wrong):
            load.refused += 1
            if len(load.problems) < PROBLEMS_KEPT:
                load.problems.append({"line": line.line, "code": line.code})


def call_off(load: AddressListLoad, state: AddressListLoad.State, why: str) -> None:
    """End a load that cannot go on, or that nobody wants any more; what was written of it goes."""
    _end(load, state, why)
    _remove_what_is_over(load)


def _put_in_use(load: AddressListLoad) -> None:
    with transaction.atomic():
        AddressListLoad.objects.select_for_update().in_use().update(state=State.REPLACED)
        load.loaded_at = timezone.now()
        _end(load, State.IN_USE)
        details = f"{load.records} addresses, {load.refused} lines left out"
        record("address list loaded", by=load.answered_by or load.by, target=load.source_name, details=details)


def _end(load: AddressListLoad, state: str, why_not: str = "") -> None:
    """Say how it stands, to people too, in one commit."""
    with transaction.atomic():
        load.state, load.why_not = state, why_not
        load.save()
        page = reverse("address-list", urlconf=settings.ROOT_URLCONF)
        if state == State.IN_USE:
            left_out = f", {load.refused:,} lines left out" if load.refused else ""
            journal.write("INFO", f"Address list in use: {load.records:,} addresses{left_out}.", link=page)
        elif state == State.ASKS:
            journal.write("WARN", f"An address list waits for you. {why_not}", link=page)
        else:
            journal.write("ERROR", f"An address list was not loaded. {why_not}", link=page)


def _remove_what_is_over(load: AddressListLoad) -> None:
    """The rows of lists that do not count any more, the file of this one, and files that no row speaks of."""
    rows = ListedAddress.objects.filter(load=OuterRef("pk"))
    for over in AddressListLoad.objects.filter(Exists(rows), state__in=_OVER):
        _remove_rows(over)
    needed = set(AddressListLoad.objects.filter(state__in=_WITH_FILE).values_list("source_key", flat=True))
    if load.source_key not in needed:
        address_files().remove(load.source_key)
    address_files().sweep(needed, _LEFT_ALONE_FOR)


def _remove_rows(load: AddressListLoad) -> None:
    rows = ListedAddress.objects.filter(load=load)
    while some := list(rows.values_list("pk", flat=True)[:AT_ONCE]):
        rows.filter(pk__in=some).delete()
