"""Settings from version 3: each row of the handbook's "Migrating Settings", and a file that somebody typed wrongly."""

import re
import tomllib
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.school.conftest import NAME, Export, Sample
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.line_out import PROXY_NAME, PROXY_PASSWORD, PROXY_USE, PROXY_USER
from schoolgate.commons.preferences.models import StoredPreference
from schoolgate.school.exchange.administration.folders_of_version_3 import require_usable_pair
from schoolgate.school.exchange.administration.roots import count_what_stayed, set_root_folder
from schoolgate.school.exchange.folders import FolderRefused, folders_of
from schoolgate.school.exchange.models import Destination, FormerRoot, School, Sighting, Transfer
from schoolgate.school.exchange.scanning import scan
from schoolgate.school.exchange.scheduling import when_to_send
from schoolgate.school.exchange.setting_up import look_at_setup
from schoolgate.school.exchange.today import look_at_today
from schoolgate.school.exchange.version_3 import (
    FILE_NAME,
    KEYS,
    LOGS,
    SettingsRefused,
    import_at_start,
    import_settings,
)
from schoolgate.sites.home import Home

pytestmark = pytest.mark.django_db

PROXY = """
[proxy]
name = 'proxy.school.example:3128'
user = 'green-abbey'
password = 'pa"ss word'
"""
SCHEDULE = "[schedule]\ndays = ['thursday', 'Monday']\nat = '18:30'\n"


@pytest.fixture
def folders(home: Home, tmp_path: Path) -> tuple[Path, Path]:
    """The two folders that version 3 used."""
    old = tmp_path / "old"
    pair = old / "Files not Exported", old / "Files Exported"
    for folder in pair:
        folder.mkdir(parents=True)
    return pair


@pytest.fixture
def la_820(folders: tuple[Path, Path]) -> str:
    return (
        "[[la]]\nnumber = '820'\nurl = 'https://b2b.bedford.example'\nuser = 'all'\npassword = 'weak'\n"
        f"files_not_exported = '{folders[0]}'\nfiles_exported = '{folders[1]}'\n"
    )


def take(*parts: str) -> dict[str, list[str]]:
    return vars(import_settings("\n".join(parts).encode()))


def look_twice() -> None:
    """Two looks into the folder of LA 820, as if far apart: what lies there is taken."""
    scan("820", wait=False)
    Sighting.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    scan("820", wait=False)


def problems(*parts: str) -> list[tuple[int, str]]:
    with pytest.raises(SettingsRefused) as refused:
        take(*parts)
    return [(one.line, one.sentence) for one in refused.value.problems]


def test_proxy_settings_are_taken_over(home: Home) -> None:
    take(PROXY)
    found = PROXY_USE.get(), PROXY_NAME.get(), PROXY_USER.get(), PROXY_PASSWORD.get()
    assert found == (True, "proxy.school.example:3128", "green-abbey", 'pa"ss word')


def test_a_proxy_that_was_not_used_is_not_used_here(home: Home) -> None:
    take(PROXY + "use = false")
    assert (PROXY_USE.get(), PROXY_NAME.get()) == (False, "proxy.school.example:3128")


def test_the_schedule_is_taken_over(home: Home) -> None:
    take(SCHEDULE)
    rule = when_to_send().rule
    assert (rule.at, sorted(rule.days)) == (time(18, 30), [0, 3])


def test_user_names_and_passwords_are_taken_over_for_all_schools_and_for_one(la_820: str) -> None:
    school = "[[school]]\nname = 'Green Abbey'\nla = 820\nnumber = 4321\nuser = 'own'\npassword = 'weaker'\n"
    take(school, la_820)
    assert Destination.objects.get().credentials == ("all", "weak")
    assert (School.objects.get().credentials, School.objects.get().destination_la) == (("own", "weaker"), "820")


def test_files_go_from_the_folders_of_version_3_until_a_root_folder_is_set(
    folders: tuple[Path, Path], la_820: str, sample: Sample
) -> None:
    take(la_820)
    assert folders_of("820").not_exported == folders[0]
    sample(folders[0])
    look_twice()
    assert Transfer.objects.get().name == NAME
    assert look_at_today().set_up
    assert not look_at_today().to_do
    assert look_at_setup().next.name == "check"  # type: ignore[union-attr]  # it is not None


def test_a_sent_file_lies_with_its_receipt_in_the_files_exported_of_version_3(
    folders: tuple[Path, Path], sample: Sample, make_la: Callable[[str], ScriptedLa], export: Export
) -> None:
    la = make_la("820")
    Destination.objects.update(not_exported=folders[0], exported=folders[1])
    StoredPreference.objects.filter(name="root-folder").delete()
    sample(folders[0])
    assert export().received == 1
    assert sorted(path.name for path in folders[1].iterdir()) == [NAME, f"{NAME}.receipt.json"]
    assert la.files


def test_the_root_folder_wins_once_it_is_set(
    folders: tuple[Path, Path], la_820: str, sample: Sample, tmp_path: Path
) -> None:
    take(la_820)
    sample(folders[0])
    look_twice()
    set_root_folder(tmp_path / "root", by=None)
    assert folders_of("820").not_exported == tmp_path / "root" / "820" / "Files Not Exported"
    assert Destination.objects.get().not_exported == ""
    count_what_stayed()
    (line,) = [line.text for line in look_at_today().to_do if line.code == "former root folder"]
    assert line == f"1 file still lies in the former folder of LA 820 {folders[0]}. Nothing is sent from there."
    assert Transfer.objects.get().former_root == str(folders[0])
    look_twice()
    assert Transfer.objects.get().name == NAME


def test_a_root_folder_in_which_the_folders_lie_already_leaves_nothing(
    home: Home, tmp_path: Path, la_820: str, folders: tuple[Path, Path]
) -> None:
    inside = tmp_path / "root" / "820"
    inside.mkdir(parents=True)
    moved = [
        folder.rename(inside / name)
        for folder, name in zip(folders, ("Files Not Exported", "Files Exported"), strict=True)
    ]
    take(la_820.replace(str(folders[0]), str(moved[0])).replace(str(folders[1]), str(moved[1])))
    set_root_folder(tmp_path / "root", by=None)
    assert not FormerRoot.objects.exists()


def test_a_root_folder_inside_one_of_the_folders_is_refused(la_820: str, folders: tuple[Path, Path]) -> None:
    take(la_820)
    with pytest.raises(FolderRefused, match="from version 3"):
        set_root_folder(folders[0] / "root", by=None)


def test_a_root_folder_that_is_set_already_wins(root: Path, la_820: str) -> None:
    left = take(la_820)["left"]
    assert left == [LOGS, f"The folders of Bedfordshire (820): the root folder {root} is set, and wins."]
    assert folders_of("820").not_exported.is_dir()


def test_what_cannot_be_carried_over_is_listed(home: Home) -> None:
    left = take("colour = 'red'", SCHEDULE + "repeat = 3", "[logs]\nlevel = 'all'")["left"]
    assert left == [
        "Line 1: colour means nothing here.",
        "Line 6: logs means nothing here.",
        "Line 5: repeat means nothing here.",
        LOGS,
    ]


def test_reading_it_again_changes_nothing(la_820: str) -> None:
    take(PROXY, SCHEDULE, la_820)
    PROXY_PASSWORD.set("changed since", by=None)
    before = AuditEntry.objects.exclude(did__startswith="settings of").count()
    again = take(PROXY, SCHEDULE, la_820)
    assert (again["taken"], len(again["kept"])) == ([], 3)
    assert PROXY_PASSWORD.get() == "changed since"
    assert AuditEntry.objects.exclude(did__startswith="settings of").count() == before


def test_every_mistake_is_told_with_its_line_and_nothing_is_taken(home: Home, la_820: str) -> None:
    wrong = problems(
        "[proxy]\nname = 'proxy'\nuser = ''\npassword = 'x'",
        "[schedule]\ndays = ['Moonday']\nat = '18:30'",
        "[[la]]\nnumber = '821'\nurl = 'ftp://la.example'",
        la_820,
        "[[school]]\nname = 'Green Abbey'\nla = '820'\nnumber = '21'",
    )
    assert [line for line, _ in wrong] == [3, 6, 8, 19]
    assert [StoredPreference.objects.exists(), Destination.objects.exists(), School.objects.exists()] == [False] * 3


@pytest.mark.parametrize(
    ("written", "line", "why"),
    [
        ('x = 1\n[proxy]\nname = "C:\\Users"\n', 3, "single quotes"),
        ("[la]\nnumber = '820'\n", 1, r"\[\[la\]\]"),
        ("[schedule]\ndays = 'monday'\n", 1, "hours and minutes"),
        ("[schedule]\nat = 18:30:00\ndays = 'monday'\n", 3, "is a list"),
        ("[schedule]\nat = '25:00'\ndays = []\n", 2, "hours and minutes"),
        ("[proxy]\nuse = 'yes'\n", 2, "true or false"),
        ("[[la]]\nnumber = ['820']\n", 2, "is a text"),
        ("[[la]]\nnumber = '820'\n", 1, "url is missing"),
        ("[[la]]\nnumber = '820'\nurl = 'https://la.example'\n", 1, "Give both folders"),
    ],
)
def test_a_mistake_says_where_and_what(home: Home, written: str, line: int, why: str) -> None:
    ((found, sentence),) = problems(written)
    assert (found, bool(re.search(why, sentence))) == (line, True), sentence


def test_a_file_in_another_encoding_is_refused(home: Home) -> None:
    with pytest.raises(SettingsRefused, match="Save the file as UTF-8"):
        import_settings(PROXY.encode("utf-16"))


@pytest.mark.parametrize(
    "content",
    [
        b"x = " + b"9" * 5000,
        b"x = " + b"[" * 3000 + b"]" * 3000,
        b"[proxy]\nname = 'proxy:80'\npassword = \"a\\u0000b\"\n",
        b"[[la]]\nnumber = '820'\nurl = 'https://la'\nfiles_not_exported = \"/a\\u0000b\"\nfiles_exported = '/c'\n",
    ],
    ids=["digits", "lists", "password", "folder"],
)
def test_whatever_stands_in_the_file_the_site_starts(home: Home, content: bytes) -> None:
    (home.folder / FILE_NAME).write_bytes(content)
    assert import_at_start(home.folder) is None
    assert JournalLine.objects.get().level == "ERROR"


def test_folders_of_two_las_lie_apart(la_820: str, folders: tuple[Path, Path]) -> None:
    take(la_820)
    for pair in (folders, (folders[0] / "in", folders[1])):
        entry = Destination(la="821", not_exported=str(pair[0]), exported=str(pair[1]))
        folders[0].joinpath("in").mkdir(exist_ok=True)
        with pytest.raises(FolderRefused, match="a folder of Bedfordshire"):
            require_usable_pair(entry)


def test_folders_that_are_not_there_are_never_made(home: Home, tmp_path: Path, la_820: str) -> None:
    gone = la_820.replace("Files not Exported", "Gone")
    assert problems(gone) == [(1, f"There is no folder {tmp_path / 'old' / 'Gone'}.")]
    assert not (tmp_path / "old" / "Gone").exists()


def test_a_first_start_reads_the_file_in_the_home_folder_once_and_never_changes_it(home: Home, la_820: str) -> None:
    file = home.folder / FILE_NAME
    assert import_at_start(home.folder) is None
    file.write_text(la_820, "utf-8")
    assert import_at_start(home.folder) is not None
    Destination.objects.all().delete()
    assert import_at_start(home.folder) is None
    assert (Destination.objects.exists(), file.read_text("utf-8")) == (False, la_820)


def test_a_file_that_a_first_start_cannot_take_is_told_on_the_first_page(home: Home) -> None:
    (home.folder / FILE_NAME).write_text("[schedule]\nat = 'noon'", "utf-8")
    assert import_at_start(home.folder) is None
    assert "settings from version 3" in [line.code for line in look_at_today().to_do]
    assert f"{FILE_NAME}:2: at is hours" in JournalLine.objects.get().details
    (home.folder / FILE_NAME).write_text(SCHEDULE, "utf-8")
    assert import_at_start(home.folder) is not None
    assert "settings from version 3" not in [line.code for line in look_at_today().to_do]


def test_the_documentation_shows_every_table_and_key() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "settings-from-version-3.md"
    shown = tomllib.loads(page.read_text("utf-8").split("```toml\n")[1].split("```")[0])
    tables = {name: table[0] if isinstance(table, list) else table for name, table in shown.items()}
    assert {name: tuple(table) for name, table in tables.items()} == KEYS


def test_no_password_stands_in_the_journal_or_the_audit(la_820: str) -> None:
    take(PROXY, la_820.replace("weak", "Secret-Lantern-1"))
    written = str([*JournalLine.objects.values_list(), *AuditEntry.objects.values_list()])
    assert ('pa"ss word' in written, "Secret-Lantern-1" in written) == (False, False)
