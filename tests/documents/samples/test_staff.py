import io
from datetime import date
from pathlib import Path

from schoolgate.documents.samples.files import write_staff_sample
from schoolgate.documents.samples.staff import StaffSample, make_staff
from schoolgate.documents.students.check import check_stream

TODAY = date(2026, 11, 20)


def a_sample(staff: int = 60, seed: int = 7) -> StaffSample:
    return make_staff(la="820", school="4321", destination_la="820", staff=staff, seed=seed, today=TODAY)


def test_a_sample_has_nothing_to_correct(tmp_path: Path) -> None:
    path = write_staff_sample(tmp_path, a_sample())
    verdict = check_stream(io.BytesIO(path.read_bytes()), name=path.name, door="personnel", demo=True)
    assert (verdict.pupils, verdict.problems) == (60, [])


def test_the_same_seed_makes_the_same_staff_and_more_of_it() -> None:
    assert list(a_sample(60).records())[:40] == list(a_sample(40).records())


def test_another_seed_makes_other_staff() -> None:
    assert list(a_sample(5).records()) != list(a_sample(5, seed=8).records())


def test_no_two_members_have_a_number_in_common() -> None:
    details = [record["StaffDetails"] for record in a_sample(300).records()]
    for name in ("NINumber", "EmployeeNumber", "GUID"):
        assert len({one[name] for one in details}) == len(details)


def test_a_school_has_one_head() -> None:
    posts = [record["ContractOrServiceGroup"][0]["Post"] for record in a_sample(80).records()]
    assert posts.count("HDT") == 1
