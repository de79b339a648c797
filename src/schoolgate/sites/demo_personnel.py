"""The demonstration's staff files: Green Abbey's go to the LA, what the LA changes comes back to the school."""

import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from schoolgate.documents.samples.files import write_staff_sample
from schoolgate.documents.samples.staff import make_staff
from schoolgate.sites.demo_files import GREEN_ABBEY as SCHOOL
from schoolgate.sites.demo_site import DemonstrationFailed, Site

STAFF = 24
NOT_EXPORTED, EXPORTED, IMPORTED = "Files Not Exported", "Files Exported", "Files Imported"
DFE = SCHOOL.la + SCHOOL.number
NAME_IN_FILES = make_staff(la=SCHOOL.la, school=SCHOOL.number, destination_la=SCHOOL.destination, staff=0, seed=0)
LONGEST_IMPORT_SECONDS = 60.0
LOOK_EVERY_SECONDS = 1.0


def folders(home: Path) -> dict[str, Path]:
    """The school's three folders for staff files; they lie apart from the root folder, as they may anywhere."""
    return {name: home / "staff" / name for name in (NOT_EXPORTED, EXPORTED, IMPORTED)}


def set_up(school: Site, authority: Site, home: Path) -> None:
    """Enter the address and the school's row in the Personnel tab, with the account that its pupil files use."""
    account = next(one for one in authority.exchange_accounts if one["school"] == SCHOOL.number)
    places = folders(home)
    with TemporaryDirectory(dir=home) as folder:
        password = Path(folder, "password")
        password.write_text(account["password"], "utf-8")
        school.run_several(
            ["personnel", "url", authority.url],
            [
                *("personnel", "add", "--la", SCHOOL.la, "--school", SCHOOL.number),
                *("--name", NAME_IN_FILES.header.school_name),
                *("--user", account["user"], "--password-file", str(password)),
                *("--not-exported", str(places[NOT_EXPORTED]), "--exported", str(places[EXPORTED])),
                *("--imported", str(places[IMPORTED]), "--make-folders"),
            ],
        )


def there_and_back(school: Site, authority: Site, home: Path, today: date) -> int:
    """Send the school's staff, change something of a member at the LA, and fetch that; the member's number there.

    Raises DemonstrationFailed where it does not get so far.
    """
    places = folders(home)
    sample = make_staff(
        la=SCHOOL.la,
        school=SCHOOL.number,
        destination_la=SCHOOL.destination,
        staff=STAFF,
        seed=SCHOOL.seed,
        today=today,
    )
    write_staff_sample(places[NOT_EXPORTED], sample)
    exported = school.run("personnel", "export", may_find_faults=True)
    _wait_until_imported(authority, exported)
    member = authority.run("staff", "--base", DFE, "--limit", "1")[0]["number"]
    _, sent = authority.run_several(
        ["staff-change", str(member), "staff-details", "PreferredGivenName", "Robin", "--reason", "As asked by phone."],
        ["outbox", "send-staff", DFE],
    )
    _fetch(school, places[IMPORTED], sent)
    return int(member)


def _fetch(school: Site, folder: Path, sent: Any) -> None:
    """The LA offers a file once its making has settled, some seconds later."""
    deadline = time.monotonic() + LONGEST_IMPORT_SECONDS
    while not list(folder.glob("*.xml")):
        fetched = school.run("personnel", "import", may_find_faults=True)
        if time.monotonic() > deadline:
            raise DemonstrationFailed(f"What was changed of the staff did not come to the school: {sent}, {fetched}")
        time.sleep(LOOK_EVERY_SECONDS)


def _wait_until_imported(authority: Site, exported: Any) -> None:
    deadline = time.monotonic() + LONGEST_IMPORT_SECONDS
    while True:
        states = [this["state"] for this in authority.run("imports") if this["of"] == "staff"]
        if states == ["completed"]:
            return
        if time.monotonic() > deadline:
            raise DemonstrationFailed(f"The staff file was not sent and imported: {exported}, {states}")
        time.sleep(LOOK_EVERY_SECONDS)
