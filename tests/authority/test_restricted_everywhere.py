"""A restricted pupil with something in every room: nothing of it is in any answer to whoever lacks the right."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.authority.importing.importing_files import header_of
from tests.documents.students.files import a_file, a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.authority.importing.models import Conflict, RemovalCandidate, Unmatched
from schoolgate.authority.records.models import Pupil, Refusal
from schoolgate.authority.records.models.visible import RESTRICTED_PUPILS
from schoolgate.authority.records.restricting import restrict
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.jobs.engine import work_off

SignedIn = Callable[[User], Client]

SECRET = ("Zyxley", "Quillon", "Quilon", "D820432123017", "Hidden Reach", "zyxley")
"""What nobody without the right may read: the names, one misspelt elsewhere, the number, the road."""

MOST_PAGES = 600
INTS = range(1, 4)


def quillon(**changes: Any) -> dict[str, Any]:
    """The child, as Green Abbey tells of it."""
    address = {"BS7666Address": {"PAON": "7", "Street": "Hidden Reach", "Town": "Bedford"}, "PostCode": "MK40 1AA"}
    said = {"UPN": "D820432123017", "Surname": "Zyxley", "Forename": "Quillon", "DOB": "2013-05-01"}
    return a_pupil(**{**said, "Address": address, **changes})


ADA = a_pupil(UPN="F820432124002", Forename="Ada", Sex="F", DOB="2013-03-01")


@pytest.fixture
def planted(program: Any, other_program: Any, green_abbey: Base, oak_lane: Base) -> Pupil:
    """Imported, changed, restricted; since then in conflict, refused, missing, twice in a file, and sent by another."""
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    from_green_abbey = [
        [quillon(), ADA],
        [quillon(Forename="Quilon"), {**ADA, "BasicDetails": {"NCyearActual": "10"}}],
        [
            quillon(BasicDetails={"NCyearActual": "9", "FormerUPN": "A820432124999"}, Address={}),
            ADA,
        ],
        [quillon(Surname="Zyxley-Cole"), quillon(Surname="Zyxley-Dale"), ADA],
    ]
    for number, records in enumerate(from_green_abbey, 1):
        send(program, green_abbey, records, number)
        if number == 2:
            restrict(
                Pupil.objects.get(upn="D820432123017"), "Hidden Reach is known to the father", None, seen=0, by=None
            )
    send(other_program, oak_lane, [quillon(UPN="P820432122044")], 1)
    return Pupil.objects.get(upn="D820432123017")


def send(program: Any, base: Base, records: list[dict[str, Any]], number: int) -> None:
    header = header_of(base)
    data = a_file(records, header_of(base, created=header.created.replace(day=10 + number)))
    program.put(data, name=f"{base.dfe_number}_CES_820LLLL_{number:03}.xml")
    work_off()


def addresses() -> Iterator[str]:
    """Each address that has numbers in it or nothing, with some numbers."""

    def patterns(parts: Any, before: str = "") -> Iterator[str]:
        for part in parts:
            route = before + str(part.pattern)
            if isinstance(part, URLResolver):
                yield from patterns(part.url_patterns, route)
            elif isinstance(part, URLPattern):
                yield route

    for route in patterns(get_resolver().url_patterns):
        bare = re.sub(r"<int:[a-z_]+>", "#", route)
        if "<" not in bare and not bare.startswith("school/") and "sign-out" not in bare:
            yield from (f"/{bare.replace('#', str(number))}" for number in (INTS if "#" in bare else [0]))


def pages(browser: Client) -> Iterator[tuple[str, str]]:
    """Every answer that links lead to from any address that can be guessed, each list as a file too, in one order."""
    waiting = list(addresses())
    met = set(waiting)
    seen = 0
    while waiting:
        address = waiting.pop(0)
        answer: Any = browser.get(address)
        if answer.status_code not in {200, 302}:
            continue
        seen += 1
        assert seen <= MOST_PAGES, "more pages than this walk is made for"
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode("utf-8", "replace")
        yield address, text
        for link in re.findall(r'(?:href|action)="(/[^"#]*)', text):
            page, _, query = link.replace("&amp;", "&").partition("?")
            if query and not re.fullmatch(r"group=[a-z-]+|(\w+=[\w-]*&)*format=csv", query):
                continue
            kind = f"{page}?{query}" if query else page
            if kind not in met and not kind.startswith(("/static", "/school", "/sign-out")):
                met.add(kind)
                waiting.append(kind)


def leaks(browser: Client) -> list[tuple[str, str]]:
    return [(address, word) for address, text in pages(browser) for word in SECRET if word in text]


def test_no_answer_says_anything_of_the_pupil_but_to_who_has_the_right_and_no_file_to_anybody(
    planted: Pupil, administrator: User, signed_in: SignedIn
) -> None:
    for rows in (Conflict, Refusal, RemovalCandidate):
        assert rows.objects.filter(pupil=planted).exists(), rows
    assert Unmatched.objects.get().near_restricted
    assert leaks(signed_in(administrator)) == []
    change_rights(administrator, [RESTRICTED_PUPILS], by=None)
    found = [address for address, _ in leaks(signed_in(administrator)) if address.startswith("/authority/")]
    assert {"pupils", "imports", "files"} <= {address.split("/")[2] for address in found}
    assert [address for address in found if "format=csv" in address] == []


def test_the_schools_program_is_told_of_no_value_of_the_pupil(planted: Pupil, program: Any) -> None:
    for file in ReceivedFile.objects.filter(base__number="4321"):
        told = program.http.get(f"/exchange/v1/student/files/{file.sha256}/{file.name}", headers=program.authorization)
        assert told.status_code == 200
        assert told.json()["refusals"]["items"] == []
        assert not any(word in told.text for word in SECRET)


def test_a_file_that_may_hold_the_pupil_is_for_who_has_the_right_and_others_are_anybodys(
    planted: Pupil, other_program: Any, oak_lane: Base, officer: User, signed_in: SignedIn
) -> None:
    address = reverse("received-xml", args=[ReceivedFile.objects.earliest("pk").pk])
    answer = signed_in(officer).get(address, follow=True)
    assert "may hold a restricted pupil" in answer.content.decode()
    send(other_program, oak_lane, [a_pupil(UPN="T820432117003", Forename="Mia", Sex="F", DOB="2012-07-01")], 2)
    got: Any = signed_in(officer).get(reverse("received-xml", args=[ReceivedFile.objects.latest("pk").pk]))
    assert b"Mia" in b"".join(got.streaming_content)
    change_rights(officer, [RESTRICTED_PUPILS], by=None)
    got = signed_in(officer).get(address)
    assert b"Quillon" in b"".join(got.streaming_content)
