"""A connection code becomes an account that is kept, whatever dies in between, against a real authority."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone
from tests.school.conftest import Drop, Export
from tests.school.dying import DieAt, Killed

from schoolgate.authority.bases.accounts import create_base_with_account
from schoolgate.authority.bases.codes import make_codes
from schoolgate.authority.bases.models import Base, ConnectionCode
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange.administration import joining as joining_module
from schoolgate.school.exchange.administration.entries import WouldReplace, confirm, make_entries, plan_entries
from schoolgate.school.exchange.administration.joining import JoinRefused, join, sign_in
from schoolgate.school.exchange.administration.roots import set_root_folder
from schoolgate.school.exchange.connecting import open_http
from schoolgate.school.exchange.models import Destination, Joining, School
from schoolgate.school.exchange.preferences import SCHOOL_NAME

pytestmark = pytest.mark.django_db(transaction=True)

POINTS = ["join.kept", "join.answered", "join.stored"]


MakeCode = Callable[..., str]


@pytest.fixture
def http(home: object) -> Iterator[httpx.Client]:
    with open_http() as client:
        yield client


@pytest.fixture
def make_code(bedford: str) -> MakeCode:
    """Add a base with an account that waits for its code, and return the code; `also` are further schools of it."""

    def make(number: str = "4321", name: str = "Green Abbey Primary School", also: tuple[str, ...] = ()) -> str:
        base, _ = create_base_with_account(la="820", number=number, name=name, by_code=True)
        for other in also:
            Base.objects.create(la="820", number=other, name=f"School {other}", account=base.account, licensed=True)
        assert base.account is not None
        batch = make_codes([base.account], words="a test", by=None)
        return str(ConnectionCode.objects.get(batch=batch).code)

    return make


def refusal(*arguments: Any) -> JoinRefused:
    with pytest.raises(JoinRefused) as refused:
        join(*arguments, by=None)
    return refused.value


def test_a_code_gives_the_school_its_row_and_the_first_file_travels(
    bedford: str, make_code: MakeCode, http: httpx.Client, root: Path, drop: Drop, export: Export
) -> None:
    joining = join(bedford, make_code(), http, by=None)
    assert (joining.la, joining.la_name, joining.bases[0]["name"]) == (
        "820",
        "Bedford Borough",
        "Green Abbey Primary School",
    )
    confirm(joining, may_replace=False, by=None)
    destination, school = Destination.objects.get(), School.objects.get()
    assert (destination.user, destination.contact) == ("", "Data Team, 01234 000000")
    assert (school.base, school.destination_la, school.user) == ("8204321", "820", joining.user)
    assert SCHOOL_NAME.get() == "Green Abbey Primary School"
    drop()
    assert export().received == 1


@pytest.mark.parametrize("point", POINTS)
def test_whatever_dies_the_same_code_gives_the_account(
    bedford: str,
    make_code: MakeCode,
    http: httpx.Client,
    die_at: DieAt,
    root: Path,
    point: str,
    drop: Drop,
    export: Export,
) -> None:
    code = make_code()
    die_at(joining_module, point)
    with pytest.raises(Killed):
        join(bedford, code, http, by=None)
    confirm(join(bedford, code.lower(), http, by=None), may_replace=False, by=None)
    assert not Joining.objects.exists()
    drop()
    assert export().received == 1


def test_the_code_is_kept_sealed_until_the_answer_and_then_no_more(
    bedford: str, make_code: MakeCode, http: httpx.Client, die_at: DieAt
) -> None:
    code = make_code()
    plain = code.replace("-", "")
    die_at(joining_module, "join.answered")
    with pytest.raises(Killed):
        join(bedford, code, http, by=None)
    assert Joining.objects.get().code == plain
    assert plain not in stored()
    join(bedford, code, http, by=None)
    assert Joining.objects.get().code == ""
    told = " ".join(
        [f"{line.message} {line.details}" for line in JournalLine.objects.all()]
        + [f"{entry.did} {entry.target} {entry.details}" for entry in AuditEntry.objects.all()]
    )
    assert not [secret for secret in (code, plain, str(Joining.objects.get().password)) if secret in told]


def stored() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM school_exchange_joining")
        return str(cursor.fetchall())


def test_a_wrong_code_is_told_at_the_code_and_leaves_nothing(
    bedford: str, make_code: MakeCode, http: httpx.Client
) -> None:
    make_code()
    refused = refusal(bedford, "ZZZZ-ZZZZ-ZZ", http)
    assert (refused.field, refused.code) == ("code", "code-wrong")
    assert not Joining.objects.exists()


def test_a_code_used_twice_names_whom_to_ask(bedford: str, make_code: MakeCode, http: httpx.Client, root: Path) -> None:
    code = make_code()
    confirm(join(bedford, code, http, by=None), may_replace=False, by=None)
    refused = refusal(bedford, code, http)
    assert (refused.field, refused.code) == ("code", "code-used")
    assert "tell the LA (Data Team, 01234 000000)" in str(refused)


def test_a_code_that_has_run_out_is_told(bedford: str, make_code: MakeCode, http: httpx.Client) -> None:
    code = make_code()
    ConnectionCode.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert refusal(bedford, code, http).code == "code-expired"


def test_too_many_wrong_codes_lock_and_say_so(bedford: str, make_code: MakeCode, http: httpx.Client) -> None:
    code = make_code()
    for _ in range(10):
        refusal(bedford, "ZZZZ-ZZZZ-ZZ", http)
    refused = refusal(bedford, code, http)
    assert (refused.field, refused.code) == ("code", "locked")


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://la.example", ""),
        ("la", ""),
        ("http://127.0.0.1:9", "unreachable-refused"),
        ("https://nothing-here.invalid", "unreachable-name"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_at_the_address(
    http: httpx.Client, db: None, address: str, code: str
) -> None:
    refused = refusal(address, "K7QM-4TXP-2R", http)
    assert (refused.field, refused.code) == ("address", code)


def test_an_account_for_several_schools_becomes_the_las_wide_one(
    bedford: str, make_code: MakeCode, http: httpx.Client, root: Path, drop: Drop, export: Export
) -> None:
    confirm(join(bedford, make_code(also=("2107",)), http, by=None), may_replace=False, by=None)
    assert Destination.objects.get().user
    assert not School.objects.exists()
    drop(school="2107")
    assert export().received == 1


def test_an_account_for_several_schools_gets_rows_where_the_la_has_another(
    authority: str, make_code: MakeCode, http: httpx.Client
) -> None:
    joining = join(authority, make_code("2107", "Oakhanger", also=("7004",)), http, by=None)
    before = Destination.objects.get().user
    confirm(joining, may_replace=False, by=None)
    assert Destination.objects.get().user == before
    assert [row.number for row in School.objects.all()] == ["2107", "7004"]


def test_another_account_of_the_school_is_replaced_only_when_somebody_says_so(
    bedford: str, make_code: MakeCode, http: httpx.Client, root: Path
) -> None:
    confirm(join(bedford, make_code(), http, by=None), may_replace=False, by=None)
    School.objects.update(user="another")
    account = Base.objects.get().account
    assert account is not None
    code = str(ConnectionCode.objects.get(batch=make_codes([account], words="again", by=None)).code)
    joining = join(bedford, code, http, by=None)
    with pytest.raises(WouldReplace) as refused:
        confirm(joining, may_replace=False, by=None)
    assert "has the account another" in str(refused.value)
    confirm(joining, may_replace=True, by=None)
    assert School.objects.get().user == account.username


def test_a_new_code_for_the_same_account_asks_nothing(
    bedford: str, make_code: MakeCode, http: httpx.Client, root: Path, drop: Drop, export: Export
) -> None:
    confirm(join(bedford, make_code(), http, by=None), may_replace=False, by=None)
    account = Base.objects.get().account
    assert account is not None
    code = str(ConnectionCode.objects.get(batch=make_codes([account], words="again", by=None)).code)
    confirm(join(bedford, code, http, by=None), may_replace=False, by=None)
    drop()
    assert export().received == 1


def test_without_a_folder_the_entry_is_made_when_there_is_one(
    bedford: str, make_code: MakeCode, http: httpx.Client, tmp_path: Path
) -> None:
    joining = join(bedford, make_code(), http, by=None)
    confirm(joining, may_replace=False, by=None)
    assert not Destination.objects.exists()
    set_root_folder(tmp_path / "root", by=None)
    make_entries(Joining.objects.get(), by=None)
    assert (tmp_path / "root" / "820" / "Files Not Exported").is_dir()
    assert School.objects.get().has_credentials


def test_a_typed_password_is_tried_before_anything_is_kept(authority: str, http: httpx.Client) -> None:
    known = Destination.objects.get()
    with pytest.raises(JoinRefused) as refused:
        sign_in(authority, known.user, "Not-The-Right-1", http, by=None)
    assert (refused.value.field, refused.value.code) == ("password", "wrong-credentials")
    joining = sign_in(authority, known.user, known.password, http, by=None)
    assert joining.bases[0]["school"] == "4321"
    assert plan_entries(joining).lawide
