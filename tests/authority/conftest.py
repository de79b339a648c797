"""The people and schools of the authority's tests, and a program that calls its exchange API."""

import gzip
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client
from tests.doors import DoorOfTheTest

from schoolgate.authority.bases.accounts import create_base_with_account
from schoolgate.authority.bases.la import LA_CONTACT, LA_NAME, LA_NUMBER, OUT_OF_COUNTY_LICENCE
from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.commons.accounts.models import User
from schoolgate.sites.home import Home

PASSWORD = "Green-Abbey-2026!"
NAME = "8204321_CES_820LLLL_001.xml"


def made_up_file(*, la: str = "820", school: str = "4321", to: str = "820", filling: int = 0) -> bytes:
    """The start of a pupil file; the door reads no further than its header. `filling` bytes stand in a comment."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<CESfile><Header><DocumentName>B2B Student</DocumentName><CESversion>3.73</CESversion>"
        "<DateTime>2026-11-19T18:20:00</DateTime><DocumentQualifier>full</DocumentQualifier>"
        "<SupplierID>Made-up MIS</SupplierID>"
        f"<SourceSchool><LEA>{la}</LEA><Estab>{school}</Estab><SchoolName>Green Abbey</SchoolName>"
        "<AcademicYear>2026</AcademicYear></SourceSchool>"
        f"<DestSchool><LEA>{to}</LEA><Estab>LLLL</Estab></DestSchool></Header>"
        f"<CESpupilData></CESpupilData><!--{'x' * filling}--></CESfile>"
    ).encode()


@dataclass
class Program:
    """A school's program: signs in once and sends as told."""

    http: httpx.Client
    user: str = ""
    password: str = PASSWORD
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> "Program":
        answer = self.http.post("/exchange/v1/token", json={"user": self.user, "password": self.password})
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["token"]
        return self

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **self.headers}

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(f"/exchange/v1/{path}", headers=self.authorization, **options)

    def put(
        self,
        plain: bytes,
        *,
        name: str = NAME,
        sha256: str = "",
        packed: bool = False,
        body: Any = None,
        **headers: str,
    ) -> httpx.Response:
        """Send `plain` as it should be sent; `sha256`, `body` and headers may say something else."""
        digest = sha256 or hashlib.sha256(plain).hexdigest()
        usual = {"Content-Type": "application/xml", **({"Content-Encoding": "gzip"} if packed else {})}
        content = body if body is not None else gzip.compress(plain, mtime=0) if packed else plain
        return self.http.put(
            f"/exchange/v1/student/files/{digest}/{name}",
            content=content,
            headers={**self.authorization, **usual, **{key.replace("_", "-"): value for key, value in headers.items()}},
        )


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Home:
    """A home of this test's own, so that it sees no other test's files."""
    settings.SCHOOLGATE_HOME = Home(tmp_path / "home")
    settings.SCHOOLGATE_HOME.prepare()
    found: Home = settings.SCHOOLGATE_HOME
    return found


@pytest.fixture
def la(db: None, home: Home) -> str:
    """The authority whose site this is: 820, Bedford."""
    LA_NUMBER.set("820", by=None)
    LA_NAME.set("Bedford Borough", by=None)
    LA_CONTACT.set("Data team, 01234 000000", by=None)
    return "820"


@pytest.fixture
def green_abbey(la: str) -> Base:
    """The school that sends, with the account 8204321."""
    return create_base_with_account(la="820", number="4321", name="Green Abbey Primary School", password=PASSWORD)[0]


@pytest.fixture
def oak_lane(la: str) -> Base:
    """Another school with its own account: the stranger."""
    return create_base_with_account(la="820", number="2107", name="Oak Lane Academy", password=PASSWORD)[0]


@pytest.fixture
def far_hill(la: str) -> Base:
    """An out-of-county school; this authority has the licence for such."""
    OUT_OF_COUNTY_LICENCE.set(True, by=None)
    return create_base_with_account(la="823", number="4001", name="Far Hill School", password=PASSWORD)[0]


@pytest.fixture
def api() -> DoorOfTheTest:
    return DoorOfTheTest("schoolgate.authority.exchange.api_urls")


@pytest.fixture
def door(api: DoorOfTheTest) -> Iterator[httpx.Client]:
    """The exchange API as a program meets it, by its own door and without a server between."""
    with httpx.Client(transport=httpx.WSGITransport(app=api), base_url="http://testserver") as http:
        yield http


@pytest.fixture
def student_file() -> Callable[..., bytes]:
    return made_up_file


@pytest.fixture
def make_program(door: httpx.Client) -> Callable[[Base], Program]:
    return lambda base: Program(door, user=base.account.username).sign_in()


@pytest.fixture
def program(door: httpx.Client, green_abbey: Base) -> Program:
    """Green Abbey's program, signed in. Whatever it sends is imported, and whom nobody knows is added."""
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    return Program(door, user=green_abbey.account.username).sign_in()


@pytest.fixture
def other_program(door: httpx.Client, oak_lane: Base) -> Program:
    """Oak Lane's program, signed in."""
    return Program(door, user=oak_lane.account.username).sign_in()


@pytest.fixture
def as_administrator(administrator: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(administrator)


@pytest.fixture
def as_officer(officer: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(officer)
