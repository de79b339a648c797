import pytest

from schoolgate.documents.problems import LIMIT, DocumentError, Problem, Problems


def a_warning(code: str = "bad-upn") -> Problem:
    return Problem(code, "The check letter of the UPN is wrong.", severity="warning")


def test_a_problem_is_a_refusal_unless_it_says_otherwise() -> None:
    assert Problem("xsd", "The element is not expected.").severity == "refusal"


def test_refusals_and_warnings_are_counted_apart() -> None:
    problems = Problems()
    problems.extend([Problem("xsd", "Wrong."), a_warning(), a_warning()])
    assert (problems.refusals, problems.warnings, len(problems)) == (1, 2, 3)


def test_only_the_first_thousand_are_kept_but_all_are_counted() -> None:
    problems = Problems()
    problems.extend(Problem("xsd", f"Finding {n}.") for n in range(LIMIT + 5))
    assert [problem.message for problem in problems][-1] == f"Finding {LIMIT - 1}."
    assert problems.refusals == LIMIT + 5


def test_a_refusal_after_a_thousand_warnings_is_still_counted() -> None:
    problems = Problems()
    problems.extend(a_warning() for _ in range(LIMIT))
    problems.add(Problem("xsd", "Wrong."))
    assert problems.refusals == 1


def test_an_error_says_its_parts_again_as_a_problem() -> None:
    error = DocumentError("cut-short", "The file ends in the middle.", remedy="Export it again.", line=7, column=3)
    assert error.as_problem() == Problem(
        "cut-short", "The file ends in the middle.", line=7, column=3, remedy="Export it again."
    )


def test_an_error_reads_as_its_message() -> None:
    with pytest.raises(DocumentError, match=r"^The file ends in the middle\.$"):
        raise DocumentError("cut-short", "The file ends in the middle.")
