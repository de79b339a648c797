"""An officer makes the accounts of 300 schools from a CSV file, and one of them joins with its letter and sends."""

import csv
import hashlib
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import NewSite, PupilFile, Visit, person

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

SCHOOLS = 300
OURS = "4321"
NUMBERS = [OURS, *(str(number) for number in range(1001, 1000 + SCHOOLS))]


@pytest.fixture
def county(new_site: NewSite) -> Site:
    """An authority that knows no school yet."""
    site = new_site("authority", "--la", "820", "--name", "Bedfordshire", "--contact", "Data Team, 01234 000000")
    site.users.append(site.run("users", "add", "officer", "--role", "officer"))
    site.wait_until_up()
    return site


@pytest.fixture
def schools_csv(tmp_path: Path) -> Path:
    """As Excel saves it here: semicolons, a byte order mark, a column too many, and one number that lost its zeros."""
    path = tmp_path / "schools.csv"
    rows = [f"School {number};820;{number};Primary;office@s{number}.example;A. Head" for number in NUMBERS]
    lines = ["Name;LA No.;School No.;Phase;E-mail;Head", *rows, "Lost Zeros;820;21;Primary;;"]
    path.write_text("\r\n".join(lines), "utf-8-sig")
    return path


def test_three_hundred_schools_from_a_list_to_the_first_file(
    visit: Visit, county: Site, schools_csv: Path, make_file: PupilFile, tmp_path: Path
) -> None:
    page = visit(county, person(county, "officer"))
    page.get_by_role("link", name="Bases").click()
    page.get_by_role("link", name="Add many from a CSV file").click()
    page.get_by_label("CSV file").set_input_files(schools_csv)
    page.get_by_role("button", name="See what it would do").click()

    expect(page.get_by_text("Not used: the column Head.")).to_be_visible()
    wrong = page.get_by_role("row").filter(has_text="Lost Zeros")
    expect(wrong).to_contain_text("Wrong")
    expect(wrong).to_contain_text("has 2 digits and needs 4")
    page.get_by_role("button", name=f"Make {SCHOOLS} bases").click()

    expect(page.get_by_text(f"{SCHOOLS} bases were made.")).to_be_visible()
    codes = list_to_send(page, tmp_path)
    assert len(codes) == SCHOOLS
    page.get_by_role("link", name="Print the letters").click()
    expect(page.get_by_role("article")).to_have_count(SCHOOLS)
    letter = page.get_by_role("article").filter(has_text=f"School {OURS}")
    for said in (codes[OURS], county.url, "Data Team, 01234 000000"):
        expect(letter).to_contain_text(said)
    assert pages_on_paper(page) == SCHOOLS

    join_and_send(county, codes[OURS], make_file())
    page.goto("/files/")
    expect(page.get_by_role("row").filter(has_text=f"820{OURS}_CES_820LLLL_001.xml")).to_be_visible()


def list_to_send(page: Page, folder: Path) -> dict[str, str]:
    """The connection code of each school number, from the list that is downloaded for a mail merge."""
    with page.expect_download() as download:
        page.get_by_role("link", name="List to send (CSV)").click()
    path = folder / "codes.csv"
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["School no."]: row["Connection code"] for row in csv.DictReader(file)}


def pages_on_paper(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def join_and_send(county: Site, code: str, file: Path) -> None:
    """What a school's program does with its letter: join, sign in, send."""
    plain = file.read_bytes()
    with httpx.Client(base_url=f"{county.url}/exchange/v1/", trust_env=False, timeout=60) as http:
        joined = http.post("join", json={"code": code.lower(), "request": "journey-of-three-hundred"}).json()
        assert [base["school"] for base in joined["bases"]] == [OURS]
        login = {"user": joined["user"], "password": joined["password"]}
        token = http.post("token", json=login).raise_for_status().json()["token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/xml"}
        address = f"student/files/{hashlib.sha256(plain).hexdigest()}/{file.name}"
        assert http.put(address, content=plain, headers=headers).status_code == 201
