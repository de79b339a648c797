"""A school's program joins with a connection code, and a lost answer does no harm."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.utils import timezone

from schoolgate.authority.bases.accounts import create_base_with_account
from schoolgate.authority.bases.codes import make_codes, wipe_codes
from schoolgate.authority.bases.la import PASSWORD_DAYS
from schoolgate.authority.bases.models import Base, ConnectionCode
from schoolgate.commons.accounts.creating import switch_off
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.journal.models import JournalLine

REQUEST = "an-office-pc-chose-this"


@pytest.fixture
def hill_top(la: str) -> Base:
    """A school that has no password yet."""
    return create_base_with_account(la="820", number="1001", name="Hill Top Nursery", by_code=True)[0]


@pytest.fixture
def code(hill_top: Base) -> str:
    return give_code(hill_top)


def give_code(base: Base) -> str:
    return str(make_codes([base.account], words="test", by=None).codes.get().code)


def join(door: httpx.Client, code: str, request: str | None = REQUEST) -> httpx.Response:
    return door.post("/exchange/v1/join", json={"code": code, **({"request": request} if request else {})})


def sign_in(door: httpx.Client, password: str) -> int:
    return door.post("/exchange/v1/token", json={"user": "8201001", "password": password}).status_code


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_code_is_answered_with_all_a_school_needs(door: httpx.Client, code: str) -> None:
    answer = join(door, code).json()
    password = answer.pop("password")
    assert answer == {
        "user": "8201001",
        "password_expires": None,
        "bases": [
            {
                "la": "820",
                "school": "1001",
                "name": "Hill Top Nursery",
                "kinds": ["personnel", "student"],
                "licence": "standard",
            }
        ],
        "authority": {"la": "820", "name": "Bedford Borough", "contact": "Data team, 01234 000000"},
    }
    assert sign_in(door, password) == 200


@pytest.mark.parametrize(
    "spelling",
    [str.lower, lambda text: text.replace("-", ""), lambda text: f" {text.replace('-', ' – ')} "],
)
def test_a_code_is_known_in_any_spelling(door: httpx.Client, code: str, spelling: Callable[[str], str]) -> None:
    assert join(door, spelling(code)).status_code == 200


def test_when_the_password_expires_is_told(door: httpx.Client, code: str) -> None:
    PASSWORD_DAYS.set(90, by=None)
    assert join(door, code).json()["password_expires"] is not None


def test_a_school_without_licence_may_join_and_sees_that_it_has_none(
    door: httpx.Client, hill_top: Base, code: str
) -> None:
    Base.objects.update(licensed=False)
    assert join(door, code).json()["bases"][0]["licence"] is None


def test_a_code_works_once(door: httpx.Client, code: str) -> None:
    join(door, code)
    assert refusal(join(door, code, "another-machine-asks")) == (403, "code-used")


def test_without_a_request_a_second_use_is_always_refused(door: httpx.Client, code: str) -> None:
    assert join(door, code, None).status_code == 200
    assert refusal(join(door, code, None)) == (403, "code-used")


def test_the_same_join_again_after_a_lost_answer_gives_a_password_that_works(door: httpx.Client, code: str) -> None:
    lost = join(door, code).json()["password"]
    again = join(door, code)
    assert again.status_code == 200
    assert sign_in(door, lost) == 401
    assert sign_in(door, again.json()["password"]) == 200


def test_once_the_password_was_used_the_code_gives_no_other(door: httpx.Client, code: str) -> None:
    password = join(door, code).json()["password"]
    sign_in(door, password)
    assert refusal(join(door, code)) == (403, "code-used")
    assert sign_in(door, password) == 200


def test_once_another_password_was_set_the_code_gives_no_other(
    door: httpx.Client, hill_top: Base, code: str, administrator: User
) -> None:
    from schoolgate.authority.bases.accounts import give_new_password

    join(door, code)
    given = give_new_password(User.objects.get(username="8201001"), by=administrator)
    assert refusal(join(door, code)) == (403, "code-used")
    assert sign_in(door, given) == 200


def test_a_school_that_signed_in_with_an_older_password_may_still_join_twice(
    door: httpx.Client, green_abbey: Base, program: Any
) -> None:
    code = give_code(green_abbey)
    join(door, code)
    assert join(door, code).status_code == 200


def test_the_present_password_works_until_the_code_is_used(door: httpx.Client, green_abbey: Base) -> None:
    def signs_in() -> int:
        body = {"user": "8204321", "password": "Green-Abbey-2026!"}
        return door.post("/exchange/v1/token", json=body).status_code

    code = give_code(green_abbey)
    assert signs_in() == 200
    join(door, code)
    assert signs_in() == 401


def test_a_code_runs_out_after_fourteen_days(door: httpx.Client, code: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=14, seconds=1)):
        assert refusal(join(door, code)) == (403, "code-expired")


def test_a_newer_code_takes_the_place_of_an_older_one(door: httpx.Client, hill_top: Base, code: str) -> None:
    newer = give_code(hill_top)
    assert refusal(join(door, code)) == (403, "code-expired")
    assert join(door, newer).status_code == 200


def test_a_lost_answer_is_not_repeated_after_the_code_has_run_out(door: httpx.Client, code: str) -> None:
    join(door, code)
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert refusal(join(door, code)) == (403, "code-used")


@pytest.mark.parametrize("wrong", ["", "K7QM-4TXP-2R", "x" * 900, "Ж"])
def test_what_is_no_code_is_wrong(door: httpx.Client, code: str, wrong: str) -> None:
    assert refusal(join(door, wrong)) == (403, "code-wrong")


def test_a_switched_off_accounts_code_is_as_unknown_as_none(
    door: httpx.Client, hill_top: Base, code: str, administrator: User
) -> None:
    switch_off(hill_top.account, by=administrator)
    assert refusal(join(door, code)) == (403, "code-wrong")


def test_ten_wrong_codes_lock_the_address_out_also_for_a_right_one(door: httpx.Client, code: str) -> None:
    for _ in range(9):
        assert refusal(join(door, "wrong")) == (403, "code-wrong")
    answer = join(door, "wrong")
    assert refusal(answer) == (429, "locked")
    assert 0 < int(answer.headers["Retry-After"]) <= 901
    assert refusal(join(door, code)) == (429, "locked")
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert join(door, code).status_code == 200


def test_another_address_is_not_locked_out(api: Any, door: httpx.Client, code: str) -> None:
    for _ in range(11):
        join(door, "wrong")
    elsewhere = httpx.WSGITransport(app=api, remote_addr="192.0.2.7")
    with httpx.Client(transport=elsewhere, base_url="http://testserver") as other:
        assert join(other, code).status_code == 200


def test_a_lock_for_codes_keeps_nobody_from_signing_in(door: httpx.Client, green_abbey: Base) -> None:
    for _ in range(11):
        join(door, "wrong")
    body = {"user": "8204321", "password": "Green-Abbey-2026!"}
    assert door.post("/exchange/v1/token", json=body).status_code == 200


def test_a_right_code_does_not_clear_the_count_of_wrong_ones(door: httpx.Client, code: str) -> None:
    for _ in range(9):
        join(door, "wrong")
    join(door, code)
    assert refusal(join(door, "wrong")) == (429, "locked")


def test_used_codes_do_not_count_as_wrong(door: httpx.Client, code: str) -> None:
    join(door, code)
    assert [join(door, code, None).status_code for _ in range(11)] == [403] * 11


@pytest.mark.parametrize("request_text", ["short", "x" * 65, "with blanks in it x", 17, None])
def test_a_request_of_another_form_is_malformed(door: httpx.Client, code: str, request_text: Any) -> None:
    answer = door.post("/exchange/v1/join", json={"code": code, "request": request_text})
    assert refusal(answer) == (400, "malformed-request")


def test_joining_stands_in_journal_and_audit_and_the_code_nowhere(
    door: httpx.Client, hill_top: Base, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        password = join(door, code).json()["password"]
        join(door, code, None)
        join(door, "K7QM-4TXP-2R")
    assert {"connection code made", "joined", "join refused"} <= set(AuditEntry.objects.values_list("did", flat=True))
    lines = list(JournalLine.objects.order_by("pk").values_list("level", "la", "school"))
    assert lines == [("INFO", "820", "1001"), ("WARN", "820", "1001")]
    told = caplog.text + str(list(AuditEntry.objects.values())) + str(list(JournalLine.objects.values()))
    for secret in (code, code.replace("-", ""), password, "K7QM-4TXP-2R"):
        assert secret not in told


def test_a_lock_for_codes_is_told_once_in_the_journal(door: httpx.Client, la: str) -> None:
    for _ in range(13):
        join(door, "wrong")
    assert JournalLine.objects.get().level == "WARN"


def test_a_code_is_sealed_and_wiped_when_it_is_used(door: httpx.Client, code: str) -> None:
    from django.db import connection

    def stored() -> tuple[str, str | None]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT digest, code FROM authority_bases_connectioncode")
            digest, sealed = cursor.fetchone()
        return digest, sealed

    assert code not in str(stored())
    assert code.replace("-", "") not in str(stored())
    join(door, code)
    assert stored()[1] is None


def test_a_code_is_wiped_when_it_has_run_out(code: str) -> None:
    wipe_codes()
    assert ConnectionCode.objects.get().code == code
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        wipe_codes()
    assert ConnectionCode.objects.get().code is None


def test_joining_hashes_no_password_slowly(door: httpx.Client, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    join(door, code)
    # A try by user name hashes for nobody's sake: a code has no such try, and a made-up password has a quick hash.
    assert hashed == []
