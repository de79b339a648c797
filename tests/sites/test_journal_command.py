"""`schoolgate SITE journal`, with the filters of its page."""

from pathlib import Path

import pytest
from tests.sites.calls import new_home, schoolgate, told

from schoolgate.documents.samples.files import write_student_sample
from schoolgate.documents.samples.students import make_students


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A home whose journal tells of a file for LA 820 that is held back, and of one for LA 823, which has no entry."""
    home, root = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("files")
    new_home("school", home, "--root-folder", str(root))
    told("school", "destinations", "add", "--la", "820", "--url", "http://127.0.0.1:9", "--home", str(home))
    for la, faults in (("820", ("missing-dob",)), ("823", ())):
        folder = Path(root, la, "Files Not Exported")
        folder.mkdir(parents=True, exist_ok=True)
        sample = make_students(la="820", school="4321", destination_la=la, pupils=2, seed=1, faults=faults)
        write_student_sample(folder, sample, serial=1)
    schoolgate("school", "export", "--home", str(home))
    return str(home)


@pytest.mark.parametrize(
    ("filters", "las"),
    [
        ([], {"820", "823"}),
        (["--la", "823"], {"823"}),
        (["--school", "4321"], {"820"}),
        (["--la", "823", "--school", "4321"], set()),
    ],
)
def test_the_journal_is_filtered_by_la_and_school(school: str, filters: list[str], las: set[str]) -> None:
    lines = told("school", "journal", *filters, "--home", school)
    assert {line["destination_la"] for line in lines} == las
