"""Where is my file? By anything on the paper."""

import pytest
from tests.school.first_page.rows import hold_back, make_transfer

from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.finding import find
from schoolgate.school.exchange.models import School, State

pytestmark = pytest.mark.usefixtures("school_site")

DIGEST = "ab12" * 16


@pytest.fixture
def rows(db: None) -> None:
    make_transfer(sha256=DIGEST, state=State.IMPORTED, receipt_ref="B-20261120-0417", school_name="Green Abbey Primary")
    make_transfer(school="2107", sha256="cd34" * 16)
    hold_back("autumn pupils.xml", sha256="ef56" * 16)
    School.objects.create(name="Green Abbey", la="820", number="4321", destination_la="823")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8204321_CES_820LLLL_001.xml", {"8204321_CES_820LLLL_001.xml"}),
        ("8204321_ces", {"8204321_CES_820LLLL_001.xml"}),
        ("B-20261120-0417", {"8204321_CES_820LLLL_001.xml"}),
        (DIGEST, {"8204321_CES_820LLLL_001.xml"}),
        (DIGEST[:12], {"8204321_CES_820LLLL_001.xml"}),
        ("ef56ef56", {"autumn pupils.xml"}),
        ("autumn", {"autumn pupils.xml"}),
        ("2107", {"8202107_CES_820LLLL_001.xml"}),
        ("green abbey", {"8204321_CES_820LLLL_001.xml", "Green Abbey"}),
        *(
            (number, {"8204321_CES_820LLLL_001.xml", "autumn pupils.xml", "Green Abbey"})
            for number in ("8204321", "820 4321", "820/4321", "820-4321")
        ),
        ("nothing of ours", set()),
    ],
)
def test_it_is_found_by(rows: None, sender: User, text: str, found: set[str]) -> None:
    assert {one.name for one in find(sender, text)} == found


def test_a_school_that_is_found_leads_to_how_it_stands(rows: None, sender: User) -> None:
    (school,) = (one for one in find(sender, "Green Abbey") if one.what == "School")
    assert school.link == "/schools/?la=820&number=4321"
