"""Every page of the authority's screens: as many queries however much there is, and none that reads a whole table."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.authority.filled.asking import kind_of, pages, ways
from tests.authority.filled.made_up import Filling
from tests.authority.filled.site import fill

from schoolgate.authority.exchange.models import ReceivedFile, RefusedDelivery
from schoolgate.authority.importing.models import Conflict, Import, ListedAddress, Met, RemovalCandidate, Unmatched
from schoolgate.authority.records import models as records
from schoolgate.authority.records.models.visible import RESTRICTED_PUPILS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.journal.models import JournalLine

SignedIn = Callable[[User], Client]

GROWING: tuple[type[Model], ...] = (
    records.Attendance,
    records.Change,
    records.Decision,
    records.Enrolment,
    records.EnrolmentGroup,
    records.Pupil,
    records.PupilGroup,
    records.PupilKey,
    records.Refusal,
    records.Replaced,
    records.Settled,
    Conflict,
    Import,
    ListedAddress,
    Met,
    ReceivedFile,
    RefusedDelivery,
    RemovalCandidate,
    Unmatched,
    AuditEntry,
    Job,
    JournalLine,
)
"""What there is ever more of, or as much as there are pupils."""
TABLES = {model._meta.db_table for model in GROWING}


READ_WHOLE = {
    ("/journal/", "journal_journalline"): "lines go after their time, and finding words in them is reading them",
    ("/audit/", "audit_auditentry"): "finding words in it is reading it; the list itself is read by its index",
    ("/jobs/", "jobs_job"): "jobs that ended go after their time, and the list says how many there are",
    ("/files/?q=", "authority_exchange_receivedfile"): "finding a part of a name is reading the names",
    ("/files/refused/", "authority_exchange_refuseddelivery"): "finding a part of a name is reading the names",
    ("/incoming/decisions/", "authority_records_decision"): "the list says how many there are",
    ("/incoming/unmatched/", "authority_importing_unmatched"): "there are some thousands at most",
}
"""Which pages, by how their addresses begin, may read which of these tables whole, and why.

`make bench ONLY=pages` holds all of them to a second.
"""


@pytest.fixture
def office(la: str, administrator: User, signed_in: SignedIn, settings: Any) -> Client:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_authority"
    return signed_in(administrator)


def asked(browser: Client, *, narrowed: bool) -> Iterator[tuple[str, list[str]]]:
    """Each page, and where asked for each way of narrowing it, with its queries. Orders are the benchmark's."""
    queries: dict[str, list[str]] = {}

    def get(address: str) -> Any:
        with CaptureQueriesContext(connection) as captured:
            answer = browser.get(address)
        queries[address] = [query["sql"] for query in captured.captured_queries]
        return answer

    for address, text in pages(browser, get):
        yield address, queries[address]
        for way in ways(address, text) if narrowed else []:
            if "sort=" not in way:
                assert get(way).status_code == 200, way
                yield way, queries[way]


def scanned(sql: str) -> set[str]:
    """The growing tables that a query reads whole, by the database's own plan.

    Of what is read in the order of its key, as far as a page goes, the rest is not read.
    """
    if not sql.startswith("SELECT"):
        return set()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            steps = [row[-1] for row in cursor.fetchall()]
            in_order = "LIMIT" in sql and not any("TEMP B-TREE" in step for step in steps)
            found = [] if in_order else [step.split()[1] for step in steps if re.match(r"SCAN (?!.* USING )", step)]
        else:
            cursor.execute(f"EXPLAIN {sql}")
            found = re.findall(r"Seq Scan on (\w+)", "\n".join(row[0] for row in cursor.fetchall()))
    aliases = {alias: table for table, alias in re.findall(r'(?:FROM|JOIN) "(\w+)" (\w+)', sql)}
    return {aliases.get(name, name) for name in found} & TABLES


def may_read(address: str, table: str) -> bool:
    return any(address.startswith(pages) and table == whole for pages, whole in READ_WHOLE)


def test_no_page_asks_more_queries_of_three_times_as_much(office: Client, administrator: User) -> None:
    change_rights(administrator, [RESTRICTED_PUPILS], by=None)
    numbers = []
    for size in (Filling(), Filling().times(3)):
        with transaction.atomic():
            fill(size, administrator)
            numbers.append({kind_of(way): len(queries) for way, queries in asked(office, narrowed=False)})
            transaction.set_rollback(True)
    few, many = numbers
    assert {page: (few.get(page), number) for page, number in many.items() if number > few.get(page, 0)} == {}
    assert len(many) > 75


def test_no_page_reads_the_whole_of_a_growing_table(office: Client, administrator: User) -> None:
    fill(Filling(), administrator)
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET LOCAL enable_seqscan = off")
    explained: dict[str, set[str]] = {}
    found = set()
    for way, queries in asked(office, narrowed=True):
        for sql in queries:
            form = re.sub(r"'[^']*'|\d+", "?", sql)
            if form not in explained:
                explained[form] = scanned(sql)
            found |= {(way, table, sql) for table in explained[form] if not may_read(way, table)}
    assert sorted(found) == []
    assert len(explained) > 300
