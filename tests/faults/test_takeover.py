"""The site that works on an export dies: whoever else is there goes on with it."""

import signal
import time

import pytest
from tests.faults.exchange import SCHOOLS, Exchange
from tests.faults.questions import ask
from tests.faults.table import note

SIGNS_OF_LIFE = "SELECT name, seen_at FROM jobs_workerlife"


def test_the_command_goes_on_with_the_export_of_a_site_that_was_killed(
    exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    for school in SCHOOLS:
        exchange.drop(school)
    signs_before = set(exchange.school.database.rows(SIGNS_OF_LIFE))
    exchange.school.faults = "export.sent"
    site = exchange.school.begin("serve", log=exchange.school.log)
    exchange.school.faults = ""
    exchange.school.wait_until_up()
    # A command that finds no worker does the export itself.
    deadline = time.monotonic() + 60
    while not set(exchange.school.database.rows(SIGNS_OF_LIFE)) - signs_before:
        assert time.monotonic() < deadline, "the site has no worker"
        time.sleep(0.05)
    freed = "SELECT COUNT(*) FROM jobs_job WHERE kind = 'export' AND deaths > 0"
    freed_before = exchange.school.database.rows(freed)[0][0]

    code = exchange.export()
    complaints = ask(exchange)

    note(request, "site that works", database=exchange.database, killed=1, complaints=complaints)
    assert site.wait(60) == -signal.SIGKILL
    assert code == 0
    assert exchange.school.database.rows(freed)[0][0] == freed_before + 1
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"


def test_a_site_goes_on_with_the_export_of_a_command_that_was_killed(
    exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    for school in SCHOOLS:
        exchange.drop(school)
    assert exchange.export("export.sending") == -signal.SIGKILL

    site = exchange.school.begin("serve", log=exchange.school.log)
    deadline = time.monotonic() + 60
    while any((complaints := ask(exchange)).values()) and time.monotonic() < deadline:
        time.sleep(0.5)
    site.terminate()
    site.wait(60)

    note(request, "command, site goes on", database=exchange.database, killed=1, complaints=complaints)
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"
