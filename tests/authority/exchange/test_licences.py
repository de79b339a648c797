"""No licence, no files: at the token, at whoami and at every file."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.utils import timezone

from schoolgate.authority.bases.accounts import add_base
from schoolgate.authority.bases.la import LA_NUMBER, OUT_OF_COUNTY_LICENCE
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import ReceivedFile, RefusedDelivery, Token
from schoolgate.authority.exchange.today import look_at_today
from schoolgate.commons.accounts.models import User
from schoolgate.commons.journal.models import JournalLine

PASSWORD = "Green-Abbey-2026!"
FAR_NAME = "8234001_CES_820LLLL_001.xml"
Sample = Callable[..., bytes]


def sign_in(door: httpx.Client, base: Base) -> httpx.Response:
    return door.post("/exchange/v1/token", json={"user": base.account.username, "password": PASSWORD})


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def unlicensed(base: Base) -> Base:
    Base.objects.filter(pk=base.pk).update(licensed=False)
    return base


def to_do() -> str:
    return " ".join(one.text for one in look_at_today(User()).to_do)


def test_an_own_school_without_licence_gets_no_token(door: httpx.Client, green_abbey: Base) -> None:
    assert refusal(sign_in(door, unlicensed(green_abbey))) == (403, "no-licence")
    assert not Token.objects.exists()


def test_a_wrong_password_hears_nothing_of_licences(door: httpx.Client, green_abbey: Base) -> None:
    unlicensed(green_abbey)
    answer = door.post("/exchange/v1/token", json={"user": "8204321", "password": "wrong"})
    assert refusal(answer) == (401, "wrong-credentials")


def test_a_school_of_another_la_needs_the_out_of_county_licence(door: httpx.Client, far_hill: Base) -> None:
    assert sign_in(door, far_hill).json()["bases"][0]["licence"] == "out-of-county"
    OUT_OF_COUNTY_LICENCE.set(False, by=None)
    assert refusal(sign_in(door, far_hill)) == (403, "no-out-of-county-licence")


def test_a_standard_licence_does_not_stand_for_a_school_of_another_la(door: httpx.Client, far_hill: Base) -> None:
    OUT_OF_COUNTY_LICENCE.set(False, by=None)
    Base.objects.update(licensed=True)
    assert refusal(sign_in(door, far_hill)) == (403, "no-out-of-county-licence")


def test_an_own_school_does_not_stand_on_the_out_of_county_licence(door: httpx.Client, green_abbey: Base) -> None:
    OUT_OF_COUNTY_LICENCE.set(True, by=None)
    assert refusal(sign_in(door, unlicensed(green_abbey))) == (403, "no-licence")


def test_a_site_without_a_number_speaks_of_no_licence(door: httpx.Client, green_abbey: Base) -> None:
    LA_NUMBER.set("", by=None)
    assert sign_in(door, green_abbey).status_code == 200


def test_an_account_without_bases_has_nothing_to_license(program: Any) -> None:
    Base.objects.update(active=False)
    assert program.get("whoami").json()["bases"] == []


def test_whoami_is_refused_from_the_moment_the_licence_is_taken(program: Any, green_abbey: Base) -> None:
    unlicensed(green_abbey)
    assert refusal(program.get("whoami")) == (403, "no-licence")


def test_with_one_licence_of_two_the_token_names_that_base_and_whoami_both(program: Any, green_abbey: Base) -> None:
    add_base(la="820", number="4322", name="Green Abbey Nursery", account=green_abbey.account, licensed=False)
    bases = sign_in(program.http, green_abbey).json()["bases"]
    assert [base["school"] for base in bases] == ["4321"]
    told = {base["school"]: base["licence"] for base in program.get("whoami").json()["bases"]}
    assert told == {"4321": "standard", "4322": None}


def test_an_account_of_both_kinds_without_any_licence_hears_of_its_own_school(
    door: httpx.Client, green_abbey: Base
) -> None:
    add_base(la="823", number="4001", name="Far Hill", account=green_abbey.account)
    assert refusal(sign_in(door, unlicensed(green_abbey))) == (403, "no-licence")


def test_a_file_is_refused_from_the_moment_the_licence_is_taken(
    program: Any, green_abbey: Base, student_file: Sample
) -> None:
    unlicensed(green_abbey)
    assert refusal(program.put(student_file())) == (403, "no-licence")
    assert not ReceivedFile.objects.exists()
    assert RefusedDelivery.objects.get().code == "no-licence"


def test_a_file_of_another_las_school_is_refused_without_the_out_of_county_licence(
    far_hill: Base, make_program: Any, student_file: Sample
) -> None:
    sender = make_program(far_hill)
    OUT_OF_COUNTY_LICENCE.set(False, by=None)
    answer = sender.put(student_file(la="823", school="4001"), name=FAR_NAME)
    assert refusal(answer) == (403, "no-out-of-county-licence")


def test_the_first_page_names_the_school_until_it_has_its_licence(door: httpx.Client, green_abbey: Base) -> None:
    sign_in(door, unlicensed(green_abbey))
    assert "Green Abbey Primary School (820 4321)" in to_do()
    Base.objects.update(licensed=True)
    assert "licence" not in to_do()


def test_a_file_refused_for_want_of_a_licence_is_told_once_on_the_first_page(
    program: Any, green_abbey: Base, student_file: Sample
) -> None:
    unlicensed(green_abbey)
    program.put(student_file())
    assert to_do().count("refused") == 1
    Base.objects.update(licensed=True)
    assert "refused" not in to_do()


def test_the_first_page_says_that_the_out_of_county_licence_is_missing(door: httpx.Client, far_hill: Base) -> None:
    OUT_OF_COUNTY_LICENCE.set(False, by=None)
    sign_in(door, far_hill)
    assert "no Out of County licence" in to_do()
    assert "Far Hill School (823 4001)" in to_do()
    OUT_OF_COUNTY_LICENCE.set(True, by=None)
    assert "licence" not in to_do()


def test_the_journal_tells_once_however_often_the_program_tries(door: httpx.Client, green_abbey: Base) -> None:
    unlicensed(green_abbey)
    for hours in (0, 0, 2, 4):
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            sign_in(door, green_abbey)
    line = JournalLine.objects.get()
    assert (line.level, line.la, line.school) == ("WARN", "820", "4321")
    assert "no licence" in line.message


@pytest.mark.parametrize("code", ["no-licence", "no-out-of-county-licence"])
def test_the_refusals_say_whom_to_ask(code: str) -> None:
    from schoolgate.authority.exchange.problems import PROBLEMS

    assert "Ask it" in PROBLEMS[code].detail
