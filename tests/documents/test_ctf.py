import pytest
from tests.documents.students.files import a_file, a_header, a_pupil, changed, check, codes, pupils

from schoolgate.documents.ctf import CTF_VERSIONS

NAME = "8204321_CTF_8234567_001.xml"


def a_ctf(version: str = "25.0", **changes: str) -> bytes:
    header = a_header("CTF", version, destination_la="823", destination_school="4567")
    return a_file([a_pupil(**changes)], header)


@pytest.mark.parametrize("version", CTF_VERSIONS)
def test_each_version_is_read(version: str) -> None:
    verdict = check(a_ctf(version), NAME, door="any")
    assert (verdict.problems, verdict.kind, verdict.version, verdict.pupils) == ([], "CTF", version, 1)


@pytest.mark.parametrize("version", ["17.0", "26.0", "25"])
def test_another_version_is_refused_with_its_number(version: str) -> None:
    verdict = check(changed(a_ctf(), "25.0", version), NAME, door="any")
    (problem,) = verdict.problems
    assert problem.code == "version-unknown"
    assert f"version {version} of CTF" in problem.message
    assert "25.0" in problem.remedy


def test_a_ctf_gives_the_same_records_as_a_student_file() -> None:
    records = [{k: v for k, v in pupil.items() if k != "Exclusions"} for pupil in pupils(10, "3.72")]
    found: dict[str, list[object]] = {"CES": [], "CTF": []}
    for kind, header in (("CES", a_header("CES", "3.72")), ("CTF", a_header("CTF", "25.0"))):
        check(a_file(records, header), on_pupil=lambda entry, kind=kind: found[kind].append(entry.record))
    assert found["CES"] == found["CTF"] == records


def test_a_ctf_has_no_exclusions() -> None:
    data = changed(a_ctf(), "</BasicDetails>", "</BasicDetails><Exclusions/>")
    assert codes(check(data, NAME, door="any")) == ["xsd"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("8204321_CTF_8234567_001.xml", []),
        ("8204321_ctf_8234567.XML", []),
        ("8214321_CTF_8234567_001.xml", ["name-source-la"]),
        ("8204322_CTF_8234567_001.xml", ["name-source-school"]),
        ("8204321_CTF_8244567_001.xml", ["name-destination-la"]),
        ("8204321_CES_823LLLL_001.xml", ["name-pattern"]),
    ],
)
def test_a_ctf_has_names_of_its_own(name: str, expected: list[str]) -> None:
    assert codes(check(a_ctf(), name, door="any")) == expected


def test_a_ctf_for_an_la_travels_under_a_student_file_s_name() -> None:
    data = a_file(header=a_header("CTF", "25.0"))
    assert codes(check(data, "8204321_CES_820LLLL_001.xml")) == []
    assert codes(check(data, "8204321_CTF_820LLLL_001.xml")) == ["name-pattern"]
