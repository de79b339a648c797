"""The journal in a real browser: it refreshes itself by choice, and never under somebody's hands."""

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Visit, person

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

MARK = "document.querySelector('#journal-rows').dataset.seen = 'yes'"


def test_the_journal_refreshes_itself_and_keeps_filters_and_ticks(visit: Visit, school: Site) -> None:
    page = visit(school, person(school, "administrator"))
    page.clock.install()
    page.goto("/journal/?la=820&live=1")
    rows = page.locator("#journal-rows")
    expect(page.get_by_role("link", name="Stop live refresh")).to_be_visible()
    page.evaluate(MARK)
    page.clock.run_for(5_000)
    expect(rows).not_to_have_attribute("data-seen", "yes")
    expect(page.get_by_label("LA No.", exact=True)).to_have_value("820")
    page.evaluate(MARK)
    rows.get_by_role("checkbox").first.check()
    # Nobody's hands are on the list any more, but the tick is there.
    page.evaluate("document.activeElement.blur()")
    page.clock.run_for(30_000)
    expect(rows).to_have_attribute("data-seen", "yes")
    expect(rows.get_by_role("checkbox").first).to_be_checked()


def test_a_line_is_deleted_and_brought_back(visit: Visit, school: Site) -> None:
    page = visit(school, person(school, "administrator"), scripts=False)
    page.goto("/journal/")
    lines = page.locator("#journal-rows tbody tr")
    before = lines.count()
    lines.first.get_by_role("checkbox").check()
    page.get_by_role("button", name="Delete the ticked lines").click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.get_by_text("The line was deleted.")).to_be_visible()
    assert lines.count() == before - 1
    page.get_by_role("link", name="Deleted lines").click()
    lines.first.get_by_role("checkbox").check()
    page.get_by_role("button", name="Bring back the ticked lines").click()
    expect(page.get_by_text("The line was brought back.")).to_be_visible()
    assert lines.count() == before
