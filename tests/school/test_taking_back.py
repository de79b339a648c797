"""A file taken out of the folder, or replaced there, before anybody asked for it to be sent."""

from tests.school.conftest import Drop, Export, counting
from tests.school.first_page.rows import transfer
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.schemas import site_shelf
from schoolgate.school.exchange.models import HeldBackFile, Transfer
from schoolgate.school.exchange.scanning import scan
from schoolgate.school.exchange.settling import found_at
from schoolgate.school.exchange.taking import take


def test_a_file_taken_out_again_is_not_sent(drop: Drop, export: Export, la: ScriptedLa) -> None:
    file = drop()
    scan("820", wait=False)
    file.unlink()
    export()
    assert (la.puts, Transfer.objects.count()) == ([], 0)
    assert JournalLine.objects.filter(message__contains="taken out of its folder").count() == 1


def test_a_file_put_back_is_sent_after_all(drop: Drop, export: Export, la: ScriptedLa) -> None:
    file = drop()
    scan("820", wait=False)
    content = file.read_bytes()
    file.unlink()
    scan("820", wait=False)
    file.write_bytes(content)
    export()
    assert la.puts == [file.name]


def test_of_a_file_that_was_replaced_only_the_new_bytes_are_sent(drop: Drop, export: Export, la: ScriptedLa) -> None:
    drop(seed=1)
    scan("820", wait=False)
    new = drop(seed=2).read_bytes()
    export()
    assert list(la.files.values()) == [new]


def test_of_a_file_that_was_replaced_by_a_broken_one_nothing_is_sent(
    drop: Drop, export: Export, la: ScriptedLa
) -> None:
    drop(seed=1)
    scan("820", wait=False)
    drop(seed=2, faults=["bad-date"])
    export()
    assert (la.puts, HeldBackFile.objects.count()) == ([], 1)


def test_a_file_that_was_asked_for_goes_even_when_it_is_gone(drop: Drop, export: Export, la: ScriptedLa) -> None:
    file = drop()
    scan("820", wait=False)
    Transfer.objects.update(asked_at="2026-11-25T12:00:00Z")
    file.unlink()
    export()
    assert la.puts == [file.name]


def test_a_new_file_is_not_compared_with_all_that_wait(drop: Drop, la: ScriptedLa) -> None:
    Transfer.objects.bulk_create(transfer(serial=serial) for serial in range(100, 200))
    found = found_at("820", drop())
    assert found is not None
    with counting(Transfer) as loaded:
        take(found, site_shelf())
    assert len(loaded) < 10
