"""A school site with its folders, and LAs that answer as told."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import pytest
from django.db.models import Model
from django.db.models.signals import post_init
from django.test import Client
from django.utils import timezone
from tests.school.dying import DieAt, Killed
from tests.school.scripted_la import ScriptedLa
from tests.waitress_served import served
from tests.wire.conftest import RawServer

from schoolgate.authority.bases.accounts import add_account
from schoolgate.authority.bases.la import LA_CONTACT, LA_NAME, LA_NUMBER
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.commons.accounts.models import User
from schoolgate.documents.samples.files import write_student_sample
from schoolgate.documents.samples.students import make_students
from schoolgate.school.exchange.administration.destinations import add_destination
from schoolgate.school.exchange.administration.roots import set_root_folder
from schoolgate.school.exchange.exporting import LaSummary, export_to
from schoolgate.school.exchange.folders import folders_of
from schoolgate.school.exchange.models import Destination, Sighting
from schoolgate.school.exchange.settling import look_once
from schoolgate.sites.doors import ProgramDoor
from schoolgate.sites.home import Home

NAME = "8204321_CES_820LLLL_001.xml"


@contextmanager
def counting(model: type[Model]) -> Iterator[list[Model]]:
    """Every row of a model that is made into an object meanwhile: the work that the number of queries hides."""
    made: list[Model] = []

    def note(instance: Model, **_: Any) -> None:
        made.append(instance)

    post_init.connect(note, sender=model)
    try:
        yield made
    finally:
        post_init.disconnect(note, sender=model)


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Home:
    """A home of this test's own."""
    settings.SCHOOLGATE_HOME = Home(tmp_path / "home")
    settings.SCHOOLGATE_HOME.prepare()
    found: Home = settings.SCHOOLGATE_HOME
    return found


@pytest.fixture
def root(db: None, home: Home, tmp_path: Path) -> Path:
    """The school's root folder, set."""
    set_root_folder(tmp_path / "root", by=None)
    return tmp_path / "root"


MakeLa = Callable[[str], ScriptedLa]


@pytest.fixture
def make_la(root: Path) -> Iterator[MakeLa]:
    """Start an LA of this number and give it an entry."""
    started: list[ScriptedLa] = []

    def make(number: str) -> ScriptedLa:
        la = ScriptedLa(number)
        la.server = RawServer(la.handle)
        threading.Thread(target=la.server.run, daemon=True).start()
        started.append(la)
        add_destination(la=number, address=la.address, user=la.user, password=la.password)
        return la

    yield make
    for la in started:
        with suppress(OSError):
            la.server.listener.shutdown(2)
        la.server.listener.close()


@pytest.fixture
def la(make_la: MakeLa) -> ScriptedLa:
    """LA 820, which takes what it is sent."""
    return make_la("820")


@pytest.fixture
def destination(la: ScriptedLa) -> Destination:
    """The entry of LA 820."""
    return Destination.objects.get(la="820")


@pytest.fixture
def school_site(settings: Any) -> None:
    """Pages at the school site's addresses."""
    settings.ROOT_URLCONF = "schoolgate.sites.urls_school"


@pytest.fixture
def office(sender: User, signed_in: Any) -> Client:
    """A browser in which a sender is signed in."""
    browser: Client = signed_in(sender)
    return browser


@pytest.fixture
def admin(administrator: User, signed_in: Any) -> Client:
    """A browser in which an administrator is signed in."""
    browser: Client = signed_in(administrator)
    return browser


class Sample(Protocol):
    def __call__(self, folder: Path, **details: Any) -> Path: ...


@pytest.fixture
def sample() -> Sample:
    """Write a made-up pupil file (two pupils unless told otherwise) into a folder."""

    def write(folder: Path, *, serial: int = 1, name: str = "", **details: Any) -> Path:
        values = {"la": "820", "school": "4321", "destination_la": "820", "pupils": 2, "seed": 1, **details}
        path = write_student_sample(folder, make_students(**values), serial=serial)
        return path.rename(folder / name) if name else path

    return write


class Drop(Protocol):
    def __call__(self, **details: Any) -> Path: ...


@pytest.fixture
def drop(root: Path, sample: Sample, settle: Callable[..., None]) -> Drop:
    """Put a made-up pupil file into the folder of an LA, settled; `folder_la` may be another than the file's."""

    def put(*, folder_la: str = "820", settled: bool = True, **details: Any) -> Path:
        path = sample(folders_of(folder_la).not_exported, **details)
        if settled:
            settle(folder_la)
        return path

    return put


@pytest.fixture
def settle(root: Path) -> Callable[..., None]:
    """Look once, as if long ago: what is in the folder now counts as settled."""

    def look_long_ago(la: str = "820") -> None:
        look_once(la)
        Sighting.objects.filter(place=la).update(seen_at=timezone.now() - timedelta(hours=1))

    return look_long_ago


Export = Callable[..., LaSummary]


@pytest.fixture
def export() -> Export:
    """The work of an export job, as the button asks for it."""

    def run(la: str = "820", *, look: bool = True, by_person: bool = True) -> LaSummary:
        return export_to(la, look=look, by_person=by_person)

    return run


@pytest.fixture
def waiting_folder(root: Path) -> Path:
    """LA 820's *Files Not Exported*."""
    return folders_of("820").not_exported


@pytest.fixture
def exported_folder(root: Path) -> Path:
    """LA 820's *Files Exported*."""
    return folders_of("820").exported


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Path]:
    """Keep a copy of a file aside, for after it was moved."""

    def keep(path: Path) -> Path:
        return Path(shutil.copy(path, tmp_path / path.name))

    return keep


@pytest.fixture
def address() -> Iterator[str]:
    """The exchange API's door, served by waitress."""
    with served(ProgramDoor("schoolgate.authority.exchange.api_urls"), threads=8) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def bedford(db: None, address: str) -> str:
    """The address of LA 820, which has no base yet."""
    LA_NUMBER.set("820", by=None)
    LA_NAME.set("Bedford Borough", by=None)
    LA_CONTACT.set("Data Team, 01234 000000", by=None)
    return address


@pytest.fixture
def authority(bedford: str, root: Path) -> str:
    """LA 820 with the base Green Abbey, whose files it imports by rule, and its entry at the school."""
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    _, password = add_account(la="820", school="4321", name="Green Abbey Primary School")
    add_destination(la="820", address=bedford, user="8204321", password=password)
    return bedford


@pytest.fixture
def die_at(monkeypatch: pytest.MonkeyPatch) -> DieAt:
    """Have the process die at a point of a module, once."""

    def prepare(module: ModuleType, wanted: str) -> None:
        def point(name: str) -> None:
            if name == wanted:
                monkeypatch.undo()
                raise Killed

        monkeypatch.setattr(module, "fault_point", point)

    return prepare
