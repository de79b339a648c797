"""What an LA has for a school comes into its *Files Imported* once, wherever the import dies."""

import os
from pathlib import Path

import pytest
from tests.school.dying import DieAt, Killed
from tests.school.personnel.conftest import PLACE, MakeRow
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange import importing
from schoolgate.school.exchange.folders import folders_of
from schoolgate.school.exchange.importing import ImportSummary, import_from
from schoolgate.school.exchange.models import ImportedFile, PersonnelSchool

BACK = "820LLLL_PER_8204321_001.xml"
CONTENT = b"<PERfile>what the LA changed</PERfile>"
POINTS = ("fetched", "aside", "placing", "renamed", "placed", "said", "told")


@pytest.fixture
def imported(row: PersonnelSchool) -> Path:
    """Its *Files Imported*."""
    return Path(row.imported)


@pytest.fixture
def offered(la: ScriptedLa) -> ScriptedLa:
    """The LA with one file for the school."""
    la.offers[7] = (BACK, CONTENT)
    return la


def bring() -> ImportSummary:
    return import_from(PLACE, by_person=True)


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_file_comes_into_its_folder_and_the_la_is_told(imported: Path, offered: ScriptedLa) -> None:
    assert bring() == ImportSummary("820", "4321", imported=1)
    assert (imported / BACK).read_bytes() == CONTENT
    assert offered.collected == [7]
    assert ImportedFile.objects.get().state == "told"


def test_an_import_that_finds_nothing_says_so(imported: Path, la: ScriptedLa) -> None:
    assert bring() == ImportSummary("820", "4321")


def test_what_was_told_is_not_brought_again(imported: Path, offered: ScriptedLa) -> None:
    bring()
    bring()
    assert (names_in(imported), offered.collected) == ([BACK], [7])


@pytest.mark.parametrize("point", POINTS)
def test_a_death_at_any_step_leaves_one_file_and_one_entry_told(
    imported: Path, offered: ScriptedLa, die_at: DieAt, point: str
) -> None:
    die_at(importing, f"file-import.{point}")
    with pytest.raises(Killed):
        bring()
    bring()
    assert names_in(imported) == [BACK]
    assert (imported / BACK).read_bytes() == CONTENT
    assert set(offered.collected) == {7}
    assert list(ImportedFile.objects.values_list("placed_as", flat=True)) == [BACK]


def test_a_file_that_was_taken_out_before_the_la_was_told_does_not_come_again(
    imported: Path, offered: ScriptedLa, die_at: DieAt
) -> None:
    die_at(importing, "file-import.placed")
    with pytest.raises(Killed):
        bring()
    (imported / BACK).unlink()
    assert bring() == ImportSummary("820", "4321", told_again=1)
    assert names_in(imported) == []


def test_an_answer_that_got_lost_is_asked_for_again(imported: Path, offered: ScriptedLa) -> None:
    offered.cut_off_after_collected = True
    assert bring().trouble
    offered.cut_off_after_collected = False
    offered.collected.clear()
    assert bring() == ImportSummary("820", "4321", told_again=1)
    assert names_in(imported) == [BACK]


def test_an_la_that_was_restored_and_offers_again_is_told_again(imported: Path, offered: ScriptedLa) -> None:
    bring()
    offered.collected.clear()
    assert bring() == ImportSummary("820", "4321", told_again=1)
    assert names_in(imported) == [BACK]


def test_a_school_site_that_was_restored_finds_the_file_in_its_folder(imported: Path, offered: ScriptedLa) -> None:
    bring()
    ImportedFile.objects.all().delete()
    offered.collected.clear()
    bring()
    assert names_in(imported) == [BACK]


def test_an_la_that_was_set_up_anew_may_count_from_the_beginning(imported: Path, offered: ScriptedLa) -> None:
    bring()
    offered.collected.clear()
    offered.offers[7] = (BACK, b"<PERfile>other</PERfile>")
    assert bring().imported == 1
    assert names_in(imported) == ["820LLLL_PER_8204321_001-2.xml", BACK]


def test_another_file_of_the_name_is_never_written_over(imported: Path, offered: ScriptedLa) -> None:
    (imported / BACK).write_bytes(b"the office's own")
    bring()
    assert (imported / BACK).read_bytes() == b"the office's own"
    assert (imported / "820LLLL_PER_8204321_001-2.xml").read_bytes() == CONTENT


def test_a_file_that_appears_while_the_import_runs_is_not_written_over(
    imported: Path, offered: ScriptedLa, monkeypatch: pytest.MonkeyPatch
) -> None:
    def somebody_is_first(name: str) -> None:
        if name == "file-import.placing":
            (imported / BACK).write_bytes(b"the office's own")

    monkeypatch.setattr(importing, "fault_point", somebody_is_first)
    bring()
    assert (imported / BACK).read_bytes() == b"the office's own"
    assert (imported / "820LLLL_PER_8204321_001-2.xml").read_bytes() == CONTENT


def test_what_a_dead_import_left_of_a_file_that_was_withdrawn_goes_after_a_day(
    imported: Path, offered: ScriptedLa
) -> None:
    old, young, office = (
        imported / name for name in (f".schoolgate-5-{'a' * 12}", f".schoolgate-6-{'b' * 12}", ".mine")
    )
    for path in (old, young, office):
        path.write_bytes(b"pay")
    for path in (old, office):
        os.utime(path, (0, 0))
    bring()
    assert names_in(imported) == sorted([young.name, office.name, BACK])


def test_other_bytes_than_the_la_offered_are_not_kept(imported: Path, offered: ScriptedLa) -> None:
    offered.spoilt = True
    assert bring().trouble
    assert (names_in(imported), offered.collected) == ([], [])


def test_a_file_that_is_damaged_at_the_la_keeps_neither_the_others_nor_what_is_to_be_sent(
    row: PersonnelSchool, imported: Path, offered: ScriptedLa
) -> None:
    offered.offers = {6: ("820LLLL_PER_8204321_009.xml", b"<damaged/>"), **offered.offers}
    offered.spoilt_numbers = {6}
    summary = bring()
    assert (summary.imported, names_in(imported), offered.collected) == (1, [BACK], [7])
    assert "820LLLL_PER_8204321_009.xml" in summary.trouble
    row.refresh_from_db()
    assert row.trouble == ""
    assert "820LLLL_PER_8204321_009.xml" in row.import_trouble
    assert JournalLine.objects.filter(level="WARN", details__contains="820LLLL_PER_8204321_009.xml").count() == 1


def test_a_file_that_is_withdrawn_at_this_moment_is_no_trouble(
    row: PersonnelSchool, imported: Path, offered: ScriptedLa
) -> None:
    offered.offers = {6: ("820LLLL_PER_8204321_009.xml", b"<withdrawn/>"), **offered.offers}
    offered.withdrawn_meanwhile = {6}
    assert bring() == ImportSummary("820", "4321", imported=1)
    row.refresh_from_db()
    assert (names_in(imported), row.trouble, row.import_trouble) == ([BACK], "", "")


@pytest.mark.parametrize("name", ["../up.xml", "..\\up.xml", "/etc/up.xml", ".hidden.xml", "a.exe", ""])
def test_a_name_that_cannot_be_a_files_is_refused_and_the_others_come(
    imported: Path, offered: ScriptedLa, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.school.scripted_la._kind_of", lambda _: "personnel")
    offered.offers = {6: (f"820LLLL_PER_8204321{name}", b"<x/>"), 7: (BACK, CONTENT)}
    summary = bring()
    assert (summary.imported, names_in(imported)) == (1, [BACK])
    assert "cannot be one" in summary.trouble


def test_files_of_other_schools_and_of_pupils_stay_at_the_la(imported: Path, offered: ScriptedLa) -> None:
    offered.offers = {8: ("820LLLL_PER_8204322_001.xml", b"<x/>"), 9: ("820LLLL_CES_8204321_001.xml", b"<x/>")}
    assert bring() == ImportSummary("820", "4321")
    assert offered.collected == []


def test_pupil_files_come_into_the_folder_of_their_la(offered: ScriptedLa, imported: Path) -> None:
    offered.offers = {9: ("820LLLL_CES_8204321_001.xml", b"<CESfile/>")}
    assert import_from("820", by_person=True).imported == 1
    assert names_in(folders_of("820").imported) == ["820LLLL_CES_8204321_001.xml"]
    assert names_in(imported) == []


def test_a_folder_that_is_away_keeps_the_file_at_the_la(
    row: PersonnelSchool, imported: Path, offered: ScriptedLa
) -> None:
    imported.rmdir()
    assert "Files Imported" in bring().trouble
    row.refresh_from_db()
    assert (bool(row.import_trouble), offered.collected) == (True, [])
    assert not imported.exists()
    imported.mkdir()
    assert bring().imported == 1
    row.refresh_from_db()
    assert row.import_trouble == ""


def test_a_folder_that_is_gone_for_good_does_not_keep_the_file_for_ever(
    row: PersonnelSchool, imported: Path, offered: ScriptedLa, die_at: DieAt, tmp_path: Path
) -> None:
    die_at(importing, "file-import.placing")
    with pytest.raises(Killed):
        bring()
    for left in imported.iterdir():
        left.unlink()
    imported.rmdir()
    (tmp_path / "new").mkdir()
    PersonnelSchool.objects.update(imported=str(tmp_path / "new"))
    bring()
    assert names_in(tmp_path / "new") == [BACK]


def test_a_wrong_password_is_the_rows_trouble(row: PersonnelSchool, offered: ScriptedLa) -> None:
    PersonnelSchool.objects.update(password="Another-Password-1!")
    assert bring().trouble
    row.refresh_from_db()
    assert row.trouble == "wrong-credentials"


def test_it_is_told_in_the_journal_of_personnel_files(imported: Path, offered: ScriptedLa) -> None:
    bring()
    line = JournalLine.objects.get()
    assert (line.kind, line.school) == ("personnel", "4321")
    assert line.message == f"{BACK} came from the LA and was put into Files Imported."


def test_a_school_without_a_row_gets_nothing(offered: ScriptedLa, make_row: MakeRow) -> None:
    assert import_from("8209999", by_person=True).trouble == "There is no row for this school."
