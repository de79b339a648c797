"""Every line of the first page: what brings it up, for whom, and what takes it away."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import time_machine
from django.utils import timezone
from tests.school.first_page.rows import hold_back, make_transfer

from schoolgate.commons.jobs.models import Job, WorkerLife
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.school.exchange import version_3
from schoolgate.school.exchange.disk_room import measure_disks
from schoolgate.school.exchange.models import (
    Destination,
    DiskSpace,
    FileRequest,
    FormerRoot,
    HeldBackFile,
    PersonnelSchool,
    School,
    State,
    Transfer,
)
from schoolgate.school.exchange.preferences import PERSONNEL_URL, ROOT_FOLDER
from schoolgate.school.exchange.scheduling import set_when_to_send

NOW = timezone.now
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Case:
    """One line: how it comes about, what it says, where it leads, and what cures it."""

    code: str
    begin: Callable[[], object]
    text: str
    leads_to: str
    cure: Callable[[], object]
    count: int = 1


def trouble(code: str, sentence: str) -> dict[str, Any]:
    return {"trouble": code, "trouble_sentence": sentence, "trouble_remedy": "Ask the LA.", "trouble_since": NOW()}


def own_account(number: str, **more: Any) -> School:
    values = {"name": f"School {number}", "la": "820", "destination_la": "820", "user": number, "password": "given"}
    return School.objects.create(number=number, **{**values, **more})


def all_las(**values: Any) -> None:
    Destination.objects.update(**values)


def add_la_823() -> None:
    Destination.objects.create(
        la="823", name="Central Bedfordshire", address="https://la.example", user="all", password="given"
    )


def one_file_without_account() -> None:
    all_las(user="", password="")
    make_transfer()


def proxy_stops_two_las() -> None:
    add_la_823()
    all_las(**trouble("proxy-password", "Your proxy asks for a user name and password."))


def schools_refused(number: int) -> Callable[[], None]:
    def make() -> None:
        for place in range(number):
            own_account(f"{2000 + place}", **trouble("wrong-credentials", "User Name or Password is invalid."))

    return make


def passwords_end(number: int) -> Callable[[], None]:
    def make() -> None:
        for place in range(number):
            own_account(f"{2000 + place}", password_expires_at=datetime(2026, 12, 1, 12, tzinfo=UTC))

    return make


def another_schools_files(number: int) -> Callable[[], None]:
    def make() -> None:
        all_las(user="", password="")
        own_account("4321")
        for serial in range(1, number + 1):
            make_transfer(serial=serial, school="2107")

    return make


def staff_row(**more: Any) -> PersonnelSchool:
    PERSONNEL_URL.set("https://exchange.bedford.example", by=None)
    facts = {"name": "Green Abbey", "la": "820", "number": "4321", "user": "8204321", "password": "given"}
    return PersonnelSchool.objects.create(**{**facts, **more})


def staff_row_without_address() -> None:
    staff_row()
    PERSONNEL_URL.set("", by=None)


def fail_a_job() -> None:
    Job.objects.create(kind="export", args={"la": "820"}, state=JobState.FAILED)


def a_worker_is_seen() -> None:
    WorkerLife.objects.create(name="worker-1", slots=1)


def miss_a_run() -> None:
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False):
        set_when_to_send(Weekly(time(18, 30), frozenset({0})), by=None)
    run_at(datetime(2026, 11, 24, 8, 12, tzinfo=UTC))
    a_worker_is_seen()


def run_in_time() -> None:
    run_at(datetime(2026, 11, 30, 18, 30, 1, tzinfo=UTC))


def run_at(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        make_due_runs(moment)


def take_the_root_folder_away() -> None:
    root = Path(ROOT_FOLDER.get())
    root.rename(root.with_name("away"))
    measure_disks()


def bring_the_root_folder_back() -> None:
    root = Path(ROOT_FOLDER.get())
    root.with_name("away").rename(root)
    measure_disks()


def fill_the_disk() -> None:
    DiskSpace.objects.create(disk="home", free=900_000_000, total=500_000_000_000, measured_at=NOW())


def leave_a_root() -> None:
    FormerRoot.objects.create(path="/srv/old", waiting=3, looked_at=NOW())


def la_asks_for(number: int) -> None:
    for one in range(1, number + 1):
        school = {"la": "820", "school": f"{4000 + one}", "school_name": f"School {one}", "user": "u"}
        asked = {"data": "snapshot", "task": "Autumn snapshot", "made_at": NOW() - DAY}
        FileRequest.objects.create(destination_la="820", number=one, **school, **asked)


CASES = [
    Case("failed", fail_a_job, "A job of this program failed.", "/jobs/", lambda: Job.objects.all().delete()),
    Case(
        "needs attention",
        lambda: make_transfer(state=State.NEEDS_ATTENTION, sentence="It is too large."),
        "was not received by the LA. It is too large.",
        "/files/",
        lambda: Transfer.objects.update(state=State.CANCELLED),
    ),
    Case(
        "needs attention",
        lambda: [make_transfer(serial=serial, state=State.NEEDS_ATTENTION) for serial in (1, 2)],
        "2 files were not received by the LA.",
        "/files/?state=needs+attention",
        lambda: Transfer.objects.update(state=State.READY),
        count=2,
    ),
    Case(
        "held back", hold_back, "pupils.xml was not sent.", "/held-back/", lambda: HeldBackFile.objects.all().delete()
    ),
    Case(
        "held back",
        lambda: [hold_back(f"{name}.xml") for name in "abc"],
        "3 files are held back and not sent.",
        "/held-back/",
        lambda: HeldBackFile.objects.all().delete(),
        count=3,
    ),
    Case(
        "no personnel URL",
        staff_row_without_address,
        "Personnel files have no address to go to.",
        "/personnel/url/",
        lambda: PERSONNEL_URL.set("https://exchange.bedford.example", by=None),
    ),
    Case(
        "personnel in trouble",
        lambda: staff_row(**trouble("locked", "The account is locked.")),
        "Personnel files of Green Abbey (820 4321): The account is locked. Ask the LA.",
        "/personnel/",
        lambda: PersonnelSchool.objects.update(trouble=""),
    ),
    Case(
        "personnel in trouble",
        lambda: staff_row(folder_trouble="No such file or directory"),
        "Files Not Exported cannot be read (No such file or directory).",
        "/personnel/",
        lambda: PersonnelSchool.objects.update(folder_trouble=""),
    ),
    Case(
        "personnel in trouble",
        lambda: staff_row(import_trouble="Nothing can be put into Files Imported."),
        "Nothing can be put into Files Imported.",
        "/personnel/",
        lambda: PersonnelSchool.objects.update(import_trouble=""),
    ),
    Case(
        "personnel in trouble",
        lambda: [staff_row(number=str(number), **trouble("locked", "Locked.")) for number in range(2000, 2012)],
        "12 schools cannot send or get their personnel files.",
        "/personnel/",
        lambda: PersonnelSchool.objects.update(trouble=""),
        count=12,
    ),
    Case(
        "personnel password ends",
        lambda: staff_row(password_expires_at=datetime(2026, 12, 1, 12, tzinfo=UTC)),
        "The password for personnel files of Green Abbey (820 4321) ends on Tuesday 1 December.",
        "/personnel/",
        lambda: PersonnelSchool.objects.update(password_expires_at=None),
    ),
    Case("missed run", miss_a_run, "Mon 23 Nov 18:30 was missed", "/runs/", run_in_time),
    Case(
        "password ends",
        lambda: all_las(password_expires_at=datetime(2026, 12, 1, 12, tzinfo=UTC)),
        "ends on Tuesday 1 December.",
        "/administration/las/820/",
        lambda: all_las(password_expires_at=datetime(2027, 6, 1, tzinfo=UTC)),
    ),
    Case(
        "password ends",
        passwords_end(1),
        "The password of School 2000 (820 2000) for LA 820 ends on Tuesday 1 December.",
        "/administration/schools/",
        lambda: School.objects.update(password_expires_at=None),
    ),
    Case(
        "password ends",
        passwords_end(12),
        "The passwords of 12 schools end soon; the first ends on Tuesday 1 December.",
        "/administration/schools/?sort=password_expires_at",
        lambda: School.objects.update(password_expires_at=None),
        count=12,
    ),
    Case(
        "folder",
        take_the_root_folder_away,
        "cannot be read, so no file in it is sent.",
        "/administration/folder/",
        bring_the_root_folder_back,
    ),
    Case("disk", fill_the_disk, "900 MB of 500 GB are free", "/administration/folder/", measure_disks),
    Case(
        "not running",
        lambda: set_when_to_send(Weekly(time(18, 30), frozenset({0})), by=None),
        "Nothing is sent by itself",
        "/jobs/",
        a_worker_is_seen,
    ),
    Case(
        "LA in trouble",
        lambda: all_las(**trouble("unreachable-refused", "The LA cannot be reached.")),
        "The LA cannot be reached. Ask the LA",
        "/administration/las/820/",
        lambda: all_las(trouble=""),
    ),
    Case(
        "proxy",
        proxy_stops_two_las,
        "Your proxy asks for a user name and password.",
        "/administration/connection/",
        lambda: all_las(trouble=""),
    ),
    Case(
        "cannot sign in",
        schools_refused(1),
        "School 2000 (820 2000): User Name or Password is invalid.",
        "/administration/schools/",
        lambda: School.objects.update(trouble=""),
    ),
    Case(
        "cannot sign in",
        schools_refused(12),
        "12 schools cannot sign in to their LA.",
        "/schools/?state=cannot+sign+in",
        lambda: School.objects.update(trouble=""),
        count=12,
    ),
    Case(
        "no account",
        another_schools_files(1),
        "8202107_CES_820LLLL_001.xml waits: this program has no account for that school.",
        "/files/",
        lambda: Transfer.objects.update(state=State.CANCELLED),
    ),
    Case(
        "no account",
        another_schools_files(12),
        "12 files wait that are of schools without an account here.",
        "/files/?state=ready",
        lambda: Transfer.objects.update(state=State.CANCELLED),
        count=12,
    ),
    Case(
        "former root folder",
        leave_a_root,
        "3 files still lie in the former root folder /srv/old.",
        "/former-root/",
        lambda: FormerRoot.objects.update(waiting=0),
        count=3,
    ),
    Case(
        "not accepted",
        lambda: make_transfer(state=State.REJECTED, received_at=NOW() - DAY),
        "8204321_CES_820LLLL_001.xml was not accepted by the LA. Ask the LA why.",
        "/files/",
        lambda: make_transfer(serial=2, state=State.IMPORTED, received_at=NOW()),
    ),
    Case(
        "no entry",
        lambda: make_transfer(la="823"),
        "1 file is waiting for LA 823, which has no entry here.",
        "/administration/las/add/?la=823",
        lambda: Destination.objects.create(
            la="823", name="Central Bedfordshire", address="https://la.example", user="u"
        ),
    ),
    Case(
        "not put away",
        lambda: make_transfer(state=State.DELIVERED, received_at=NOW(), filing_note="It is open elsewhere."),
        "1 file is received, but not yet put into Files Exported.",
        "/files/",
        lambda: Transfer.objects.update(filed_at=NOW()),
    ),
    Case(
        "settings from version 3",
        lambda: version_3.OUTCOME.set(version_3.REFUSED, by=None),
        "from-version-3.toml could not be taken, so no setting of version 3 was.",
        "/journal/",
        lambda: version_3.OUTCOME.set(version_3.TAKEN, by=None),
    ),
    Case(
        "asked for",
        lambda: la_asks_for(1),
        "asks for a full pupil file of School 1 (task “Autumn snapshot”, since Tuesday 12:00).",
        "/asked-for/",
        lambda: FileRequest.objects.all().delete(),
    ),
    Case(
        "asked for",
        lambda: la_asks_for(12),
        "12 files of 12 schools are asked for, the first since Tuesday 12:00.",
        "/asked-for/",
        lambda: FileRequest.objects.all().delete(),
        count=12,
    ),
]
