"""The first five minutes of an office manager with the LA's letter in hand (SCREENS 6.1), and the trap cards.

At the end she can say what was sent, that it arrived, what comes next, and whom to ring.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import WIDE, NewSite, PupilFile, StartedSite, Visit
from tests.journeys.pictures import take

pytestmark = pytest.mark.chromium

CONTACT = "Bedford Data Team, 01234 000000"
FILE = "8204321_CES_820LLLL_001.xml"
RECEIVED_MS = 60_000


@pytest.fixture
def album(tmp_path: Path) -> Path:
    return Path(os.environ.get("SCHOOLGATE_PICTURES") or tmp_path)


def test_from_the_letter_to_the_receipt(
    visit: Visit, new_site: NewSite, make_file: PupilFile, tmp_path: Path, album: Path
) -> None:
    bedford = new_site("authority", "--la", "820", "--name", "Bedford Borough", "--contact", CONTACT)
    school = new_site("school")
    code = write_letter(bedford, tmp_path)
    bedford.wait_until_up()
    school.wait_until_up()

    page = visit(school)
    come_in(page, school.first_link)
    type_what_is_wrong(page, bedford.url)

    page.goto("/connect/")
    page.get_by_label("Your LA’s address").fill(f"{bedford.url}/join/{code}")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Green Abbey Primary, 820 4321")).to_be_visible()
    take(page, album / "school-connect.png", width=WIDE, height=900)
    # The browser is closed, and opened again.
    page.goto("/")
    page.get_by_role("link", name="Connect", exact=True).click()
    page.get_by_role("button", name="Yes, that is us").click()
    page.get_by_label("Folder").fill(str(tmp_path / "exchange"))
    page.get_by_role("button", name="Use this folder").click()
    page.get_by_role("button", name="Check the connection").click()
    expect(page.get_by_text("Test Connection Successful.")).to_be_visible()
    expect(page.get_by_role("list", name="The five steps").locator("li.done")).to_have_count(5)
    page.get_by_label("Thursday").check()
    page.get_by_label("Executes at").fill("18:30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="You are connected.")).to_be_visible()

    page.get_by_role("link", name="Send your first file").click()
    downloads = tmp_path / "Downloads"
    downloads.mkdir()
    doubled = downloads / FILE.replace(".xml", " (1).xml")
    shutil.copy(make_file(faults=("unknown-ethnicity",)), doubled)
    send(page, doubled)
    expect(page.get_by_text(f"It should be called {FILE}")).to_be_visible()
    page.get_by_role("button", name="Rename and send").click()
    wrong = page.get_by_role("row").filter(has_text="Ethnicity")
    expect(wrong).to_contain_text(re.compile(r"\w+ \w\., Year \d+"))

    page.get_by_role("link", name="Send the corrected file").click()
    send(page, make_file())
    expect(page.get_by_role("status").filter(has_text="Received by the LA")).to_be_visible(timeout=RECEIVED_MS)
    expect(page.get_by_role("heading", level=1)).to_have_text(FILE)
    page.get_by_role("link", name="Receipt").click()
    expect(page.get_by_text("Bedford Borough states that this file arrived there whole.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Receipt B-\d{8}-\d{4}"))

    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Green Abbey Primary")
    expect(page.get_by_role("heading", name="Everything that was sent has arrived.")).to_be_visible()
    expect(page.get_by_text(re.compile(f"Last received: {FILE}"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"Next: Thursday \d+ \w+ 18:30"))).to_be_visible()
    expect(page.get_by_text(f"Questions? Bedford Borough: {CONTACT}")).to_be_visible()

    use_the_code_again(page, bedford.url, code)
    send_another_schools_file(page, make_file(school="2107"))


def write_letter(bedford: StartedSite, folder: Path) -> str:
    """What the LA puts into its letter to Green Abbey: the code."""
    listed = folder / "schools.csv"
    listed.write_text("School,LA no.,School no.\nGreen Abbey Primary,820,4321\n")
    bedford.run("bases", "import", str(listed))
    return str(bedford.run("codes")[0]["code"])


def come_in(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("User name").fill("jo.price")
    page.get_by_label("Your name").fill("Jo Price")
    page.get_by_label("New password", exact=True).fill("Plain-Lantern-42")
    page.get_by_label("New password again", exact=True).fill("Plain-Lantern-42")
    page.get_by_role("button", name="Save and sign in").click()
    expect(page.get_by_role("heading", name="Let’s connect to your LA. It takes five minutes.")).to_be_visible()
    page.get_by_role("link", name="Connect", exact=True).click()


def type_what_is_wrong(page: Page, address: str) -> None:
    """Trap cards: a wrong code, and last year's password."""
    page.get_by_label("Your LA’s address").fill(address)
    page.get_by_label("Connection code").fill("ZZZZ-ZZZZ-ZZ")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("The LA does not know this connection code.")
    page.get_by_role("link", name="I have no code, but a user name and a password").click()
    page.get_by_label("Your LA’s address").fill(address)
    page.get_by_label("User Name").fill("8204321")
    page.get_by_label("Password", exact=True).fill("Last-Years-2025!")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("User Name or Password is invalid.")


def use_the_code_again(page: Page, address: str, code: str) -> None:
    """Trap card: a code is good once; and whom to tell if that was somebody else."""
    page.goto("/connect/?step=la")
    page.get_by_label("Your LA’s address").fill(address)
    page.get_by_label("Connection code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("This connection code was used before")
    expect(page.get_by_role("alert")).to_contain_text(f"tell the LA ({CONTACT})")


def send_another_schools_file(page: Page, file: Path) -> None:
    """Trap card: a file that no account is there for goes nowhere, and the page says why and what to do."""
    page.goto("/send/")
    send(page, file)
    page.goto("/")
    expect(page.get_by_role("heading", name="One thing needs you.")).to_be_visible()
    expect(page.get_by_text(f"{file.name} waits: this program has no account for that school.")).to_be_visible()
    page.get_by_role("link", name="See what to do").click()
    expect(page.get_by_text("If the file is another school’s, cancel it.")).to_be_visible()
    page.get_by_role("link", name="Cancel", exact=True).click()
    page.get_by_role("main").get_by_role("button").click()
    page.goto("/")
    expect(page.get_by_role("heading", name="Everything that was sent has arrived.")).to_be_visible()


def send(page: Page, file: Path) -> None:
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Check and send").click()
