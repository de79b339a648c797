"""A data officer says who a school's unknown child is, and that school's next file goes on by itself."""

import hashlib
import re

import httpx
import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, WIDE, PupilFile, Visit, add_account, person
from tests.journeys.test_every_page import TOO_WIDE, wait_for_imports

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

FIRST_SCHOOL, SECOND_SCHOOL = "4701", "4702"
FIRST_FORENAME = re.compile(rb"(<Pupil>(?:(?!</Pupil>).)*?<Forename>)([^<]*)", re.DOTALL)
FIRST_UPN = re.compile(rb"<UPN>[^<]*</UPN>")


def test_an_officer_matches_a_pupil_and_the_next_file_goes_on_by_itself(
    visit: Visit, authority: Site, make_file: PupilFile
) -> None:
    authority.wait_until_up()
    page = visit(authority, person(authority, "officer"))
    child = make_file(school=FIRST_SCHOOL, pupils=1, seed=71).read_bytes()
    send(authority, FIRST_SCHOOL, child, 1)
    wait_for_imports(page)

    elsewhere = child.replace(FIRST_SCHOOL.encode(), SECOND_SCHOOL.encode())
    account = add_account(authority, SECOND_SCHOOL)
    authority.run("rules", "use", "Always import", "--base", f"820{SECOND_SCHOOL}", "--let-unmatched-wait")
    unknown = FIRST_FORENAME.sub(rb"\1Kit", FIRST_UPN.sub(b"<UPN>Q820432124010</UPN>", elsewhere))
    unknown = re.sub(rb"<GUID>[^<]*</GUID>", b"<GUID>0123456789abcdef0123456789abcdef</GUID>", unknown)
    send(authority, SECOND_SCHOOL, unknown, 1, account)
    wait_for_imports(page)

    page.goto("/incoming/unmatched/")
    page.get_by_role("link", name=", Kit").click()
    for width in (PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": 900})
        assert not page.evaluate(TOO_WIDE, width)
    page.get_by_role("button", name="Match with").first.press("Enter")
    expect(page.get_by_text("Kit is matched.")).to_be_visible()

    page.goto("/imports/")
    completed = page.get_by_role("cell", name="Completed").count()
    send(authority, SECOND_SCHOOL, unknown.replace(b"</Header>", b"</Header>\n"), 2, account)
    wait_for_imports(page)
    expect(page.get_by_role("cell", name="Completed")).to_have_count(completed + 1)
    page.goto("/incoming/unmatched/")
    expect(page.get_by_text("Every pupil is matched.")).to_be_visible()


def send(authority: Site, school: str, data: bytes, serial: int, account: dict[str, str] | None = None) -> None:
    account = account or add_account(authority, school)
    digest = hashlib.sha256(data).hexdigest()
    with httpx.Client(base_url=f"{authority.url}/exchange/v1/", trust_env=False, timeout=60) as http:
        login = {"user": account["user"], "password": account["password"]}
        token = http.post("token", json=login).raise_for_status().json()["token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/xml"}
        name = f"820{school}_CES_820LLLL_{serial:03}.xml"
        http.put(f"student/files/{digest}/{name}", content=data, headers=headers).raise_for_status()
