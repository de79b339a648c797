"""A school user's walk over every route of the authority's site, with another school's work really there.

Hana works for Green Abbey. Whatever she asks for, by whatever number, she reads nothing of Oak Lane and changes nothing
of it; none of the authority's own pages opens to her.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db.models import Model, QuerySet
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.authority.importing.importing_files import header_of
from tests.authority.school_portal.making_tasks import made
from tests.documents.students.files import a_file, a_pupil
from tests.sites.planting import all_there_is
from tests.sites.test_strangers import ADMINISTRATOR as ADMINISTRATORS
from tests.sites.test_strangers import CODED, METHODS, OFFICE, RIGHT, SCHOOL, SLUGS, allowed_on

from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection.connections import enter
from schoolgate.authority.collection.models import (
    BaseMigration,
    CollectionRun,
    Connection,
    Data,
    LogLine,
    Owner,
    RunState,
    ScheduledTask,
    TasksLock,
)
from schoolgate.authority.exchange.models import OutboxEntry, ReceivedFile
from schoolgate.authority.exchange.outbox import offer_file
from schoolgate.authority.records.models import Enrolment, Pupil, Refusal
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.engine import work_off
from schoolgate.wire.mis.connectors.sims_primary import SimsPrimary

SITE = "schoolgate.sites.urls_authority"
SECRETS = ("zyxley", "oak lane", "2107", "f820432124002", "olga@school")
"""What stands in all that is Oak Lane's; in small letters."""
SENT = "chosen=1&confirm=yes&reason=because&seen=0&sure=on&on=yes&username=ivy&name=Ivy&text="
WRONG = {"NCyearActual": "9", "FormerUPN": "A820432124999"}
SETTINGS = {
    "client_id": "sas-simsprimary-zyxley",
    "secret": "zyxley-secret",
    "subscription_key": "0123456789abcdef0123456789abcdef",
    "organisation_id": "7c7c7c7c-1234-4abc-9def-0123456789ab",
}
CLOSED = {OFFICE, ADMINISTRATORS, RIGHT}
NUMBERS = range(1, 9)
"""More than there is of anything."""


@pytest.fixture
def two_schools(program: Any, other_program: Any, green_abbey: Base, oak_lane: Base, hana: User, olga: User) -> None:
    """Both have people, pupils, values to correct, files that wait, tasks, runs, and a task that they share."""
    User.objects.filter(pk=olga.pk).update(name="Olga Zyxley")
    surnames = {green_abbey: ("Reed", "D820432123017"), oak_lane: ("Zyxley", "F820432124002")}
    for sender, base in ((program, green_abbey), (other_program, oak_lane)):
        surname, upn = surnames[base]
        pupil = a_pupil(UPN=upn, Surname=surname, BasicDetails=WRONG)
        sender.put(a_file([pupil], header_of(base)), name=f"{base.dfe_number}_CES_820LLLL_001.xml")
        name = f"820LLLL_CES_{base.dfe_number}_001.xml"
        offer_file(base, document="student", group="", name=name, content=surname.encode(), made_for=f"For {surname}")
    work_off()
    group = BaseGroup.objects.create(name="Zyxley's schools")
    group.chosen.set([green_abbey, oak_lane])
    shared = made("Shared snapshot", groups=(group,))
    own = made("Green Abbey's changes", green_abbey, owner=Owner.SCHOOL, data=Data.CHANGED)
    theirs = made("Zyxley's changes", oak_lane, owner=Owner.SCHOOL, data=Data.CHANGED)
    for task, base, said in (
        (shared, green_abbey, ""),
        (own, green_abbey, ""),
        (shared, oak_lane, "zyxley"),
        (theirs, oak_lane, "zyxley"),
    ):
        run = CollectionRun.objects.create(
            task=task, task_name=task.name, base=base, data=task.data, state=RunState.FAILED, message=f"Failed {said}"
        )
        LogLine.objects.create(run=run, message=f"It went wrong {said}")
    enter(oak_lane, SimsPrimary, SETTINGS, seen=None, by=olga)
    TasksLock.objects.create(base=oak_lane, by=olga)
    BaseMigration.objects.create(base=oak_lane, school_moved_on=date(2026, 11, 2))


def routes() -> Iterator[tuple[str, str]]:
    """The name of each route, and its address with # for `school` and % for other numbers."""

    def walk(parts: Any, before: str = "") -> Iterator[tuple[str, str]]:
        for part in parts:
            route = before + str(part.pattern)
            if isinstance(part, URLResolver):
                yield from walk(part.url_patterns, route)
            elif isinstance(part, URLPattern):
                yield part.name or "", "/" + re.sub(r"<(?:(\w+):)?(\w+)>", _filled, route)

    return walk(get_resolver(SITE).url_patterns)


def _filled(part: "re.Match[str]") -> str:
    kind, name = part.groups()
    if name == "school":
        return "#"
    return "%" if kind == "int" else SLUGS.get(name, "x")


def addresses(route: str, school: Base) -> Iterator[str]:
    route = route.replace("#", str(school.pk))
    for number in NUMBERS if "%" in route else (0,):
        yield route.replace("%", str(number))


def told(answer: Any) -> list[str]:
    """What an answer says of Oak Lane."""
    if answer.status_code >= 400:
        return []
    body = b"".join(answer) if answer.streaming else answer.content
    said = f"{body.decode('utf-8', 'replace')} {answer.headers.get('Location', '')}".lower()
    return [word for word in SECRETS if word in said]


def oak_lanes(oak_lane: Base) -> list[QuerySet[Model]]:
    """All that is Oak Lane's, or the authority's."""
    theirs: list[Any] = [
        Base.objects.filter(pk=oak_lane.pk),
        Base.people.through.objects.filter(base=oak_lane),
        User.objects.exclude(username__in=["hana", "ivy"]),
        BaseGroup.objects.all(),
        ScheduledTask.objects.exclude(bases__in=Base.objects.exclude(pk=oak_lane.pk)),
        CollectionRun.objects.filter(base=oak_lane),
        Connection.objects.filter(base=oak_lane),
        TasksLock.objects.filter(base=oak_lane),
        BaseMigration.objects.filter(base=oak_lane),
        ReceivedFile.objects.filter(base=oak_lane),
        OutboxEntry.objects.filter(base=oak_lane),
        Enrolment.objects.filter(base=oak_lane),
        Pupil.objects.all(),
        Refusal.objects.all(),
    ]
    return theirs


def digest(rows: list[QuerySet[Model]]) -> list[list[Any]]:
    return [[repr(row) for row in each.order_by("pk").values_list()] for each in rows]


@pytest.fixture
def browser(two_schools: None, as_hana: Client, settings: Any) -> Client:
    settings.ROOT_URLCONF = SITE
    return as_hana


def test_the_rows_of_both_are_there_and_within_the_numbers_that_are_asked_for(two_schools: None) -> None:
    for model in (Base, ScheduledTask, CollectionRun, ReceivedFile, OutboxEntry, Pupil, User):
        numbers = set(model._base_manager.values_list("pk", flat=True))
        assert len(numbers) >= 2
        assert numbers <= set(NUMBERS), model


def test_what_she_reads_is_her_own_schools(browser: Client, green_abbey: Base, oak_lane: Base) -> None:
    allowed = allowed_on("authority")
    leaks = [
        (address, words)
        for name, route in routes()
        if allowed[name] not in CLOSED and name != "sign-out"
        for school in ((green_abbey, oak_lane) if "#" in route else (green_abbey,))
        for address in addresses(route, school)
        if (words := told(browser.get(address)))
    ]
    assert leaks == []


def test_every_page_of_her_own_school_opens_to_her(browser: Client, green_abbey: Base) -> None:
    allowed = allowed_on("authority")
    closed = [
        name
        for name, route in routes()
        if allowed[name] == SCHOOL
        and not {browser.get(address).status_code for address in addresses(route, green_abbey)} & {200, 302, 405}
    ]
    assert closed == []


def test_the_authoritys_pages_and_another_schools_do_not_open_and_nothing_changes(
    browser: Client, oak_lane: Base
) -> None:
    allowed, before, opened = allowed_on("authority"), all_there_is(), []
    for name, route in routes():
        if allowed[name] not in {*CLOSED, SCHOOL}:
            continue
        # Who may open a page of the authority is asked before any number is looked at.
        several = list(addresses(route, oak_lane))
        for address in several if allowed[name] == SCHOOL else several[:1]:
            for method in METHODS:
                answer = browser.generic(method, address, SENT, CODED)
                home = answer.status_code == 302 and address == "/" and answer.headers["Location"] == "/portal/"
                if answer.status_code not in {403, 404} and not home:
                    opened.append((method, address, answer.status_code))
    assert opened == []
    after = all_there_is()
    assert [table for table in before if before[table] != after[table]] == []


def test_no_number_of_another_schools_changes_anything_of_it_under_the_own_school(
    browser: Client, green_abbey: Base, oak_lane: Base
) -> None:
    allowed, before = allowed_on("authority"), digest(oak_lanes(oak_lane))
    leaks = [
        (address, words)
        for name, route in routes()
        if allowed[name] == SCHOOL
        for address in addresses(route, green_abbey)
        if (words := told(browser.post(address, SENT, CODED)))
    ]
    assert leaks == []
    assert digest(oak_lanes(oak_lane)) == before


def test_the_search_finds_her_own_schools_files_and_runs_only(browser: Client) -> None:
    own = str(browser.post("/find/", {"text": "_CES_820LLLL_001"}).content, "utf-8")
    assert "8204321_CES_820LLLL_001.xml" in own
    assert "/portal/" in own
    assert "2107" not in own
    assert "Green Abbey" in str(browser.post("/find/", {"text": "Shared snapshot"}).content, "utf-8")
    for words in ("Zyxley", "8202107", "Oak Lane"):
        assert f"Nothing called “{words}”" in str(browser.post("/find/", {"text": words}).content, "utf-8")
