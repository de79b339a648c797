import pytest
from tests.documents.students.files import a_file, a_header, changed, pupils

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.header import HEAD_LIMIT, Header, read_header

GOOD = a_file()


def refusal(data: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as refused:
        read_header(data)
    return refused.value


def test_a_header_tells_whose_file_it_is() -> None:
    header = read_header(GOOD)
    assert header == a_header()
    assert isinstance(header, Header)
    assert (header.source_la, header.source_school) == ("820", "4321")
    assert (header.destination_la, header.destination_school) == ("820", "LLLL")
    assert (header.created.isoformat(), header.academic_year) == ("2026-11-20T18:30:05", 2026)


def test_a_header_is_read_from_the_first_bytes_alone() -> None:
    data = a_file(pupils(30))
    assert len(data) > HEAD_LIMIT
    assert read_header(data[:HEAD_LIMIT]) == a_header()
    assert read_header(data[: data.index(b"<Pupil>")]) == a_header()


@pytest.mark.parametrize(("encoding", "codec"), [("UTF-16", "utf-16"), ("ISO-8859-1", "latin-1")])
def test_a_header_is_read_in_any_encoding_taken(encoding: str, codec: str) -> None:
    data = changed(a_file(header=a_header(school_name="Écolé")), "UTF-8", encoding).decode().encode(codec)
    assert read_header(data[:2001]).school_name == "Écolé"


def test_the_qualifier_is_compared_without_case() -> None:
    assert read_header(changed(GOOD, ">full<", ">FULL<")).qualifier == "full"


def test_a_version_that_is_not_known_still_says_whose_file_it_is() -> None:
    assert read_header(changed(GOOD, "3.73", "9.99")).version == "9.99"


def test_comments_and_a_doctype_within_them_do_no_harm() -> None:
    assert read_header(changed(GOOD, "<CESfile>", "<!-- <!DOCTYPE a> --><CESfile><!-- x -->")) == a_header()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<LEA>820</LEA>", "", "header-field"),
        ("<LEA>820</LEA>", "<LEA>82</LEA>", "header-field"),
        ("<LEA>820</LEA>", "<LEA>\u0668\u0662\u0660</LEA>", "header-field"),
        ("2026-11-20T18:30:05", "yesterday", "header-field"),
        ("2026-11-20T18:30:05", "2026-13-20T18:30:05", "header-field"),
        (">full<", ">some<", "header-field"),
        ("<CESfile>", "<!DOCTYPE CESfile><CESfile>", "doctype"),
        ("<Header>", "<Header><Header>", "not-well-formed"),
    ],
)
def test_a_header_that_cannot_be_read_is_refused_with_its_reason(old: str, new: str, code: str) -> None:
    assert refusal(changed(GOOD, old, new)).code == code


def test_a_list_that_begins_too_late_is_refused() -> None:
    data = changed(GOOD, "<CESpupilData>", "<x>" + "y" * HEAD_LIMIT + "</x><CESpupilData>")
    assert refusal(data).code == "header-too-long"


def test_elements_too_deep_are_refused() -> None:
    assert refusal(changed(GOOD, "<Header>", "<Header>" + "<a>" * 10_000)).code == "header-too-deep"


def test_another_root_is_refused() -> None:
    assert refusal(GOOD.replace(b"CESfile", b"Schoolfile")).code == "unknown-root"


def test_a_root_in_a_namespace_of_its_own_is_another_root() -> None:
    assert refusal(changed(GOOD, "<CESfile>", '<CESfile xmlns="urn:x">')).code == "unknown-root"
