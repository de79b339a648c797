"""The verdict on runs of pupils is that of the whole document: lxml's whole tree is the judge."""

import io
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.documents.students.files import a_file, pupils
from tests.documents.students.mutations import MUTATIONS, Mutation

from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.documents.students import runs
from schoolgate.documents.students.reader import StudentFile
from schoolgate.documents.students.versions import our_schema

GOOD = a_file(pupils(7))
SCHEMA = our_schema("CES", "3.73")


def spoilt(seed: int, mutations: Sequence[Mutation]) -> bytes:
    """A good file after some mutations."""
    random = Random(seed)
    data = GOOD
    for mutation in mutations:
        data = mutation(data, random) if data else data
    return data


def judged_as_one_tree(data: bytes) -> tuple[str, list[int]]:
    """What lxml says of the whole document: the verdict, and the lines of its schema errors."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        document = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return "not well-formed", []
    validator = SCHEMA.validator()
    if validator.validate(document):
        return "valid", []
    return "invalid", sorted(error.line for error in validator.error_log)  # type: ignore[attr-defined]


def judged_in_runs(data: bytes) -> tuple[str, list[Problem]]:
    """What our reader says of it."""
    try:
        file = StudentFile(io.BytesIO(data))
        for _ in file.entries():
            pass
    except DocumentError as error:
        return ("not well-formed" if error.code in {"not-well-formed", "not-xml", "empty"} else error.code), []
    return ("invalid" if file.problems.refusals else "valid"), file.problems.kept


@pytest.mark.parametrize("run_bytes", [400, 9_000, 32_768])
@given(seed=st.integers(0, 2**32), mutations=st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_a_spoilt_file_is_judged_as_lxml_judges_it_whole(run_bytes: int, seed: int, mutations: list[Mutation]) -> None:
    data = spoilt(seed, mutations)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "RUN_BYTES", run_bytes)
        patch.setattr("schoolgate.documents.students.reader.BLOCK", run_bytes)
        verdict, problems = judged_in_runs(data)
    expected, lines = judged_as_one_tree(data)
    if verdict in {"version-unknown", "header-field", "unknown-root", "pupil-misplaced"}:
        # Here our reader stops before it can tell the one from the other; lxml must not call the file valid.
        assert expected != "valid"
        return
    assert verdict == expected
    ours = sorted(problem.line for problem in problems)
    if _between_pupils(problems):
        # From there on lxml says nothing more of the list; we go on with the next run.
        assert set(lines) <= set(ours)
    else:
        assert ours == lines


def _between_pupils(problems: list[Problem]) -> bool:
    return any(problem.path.count("/") < 3 or "/Pupil[" not in problem.path for problem in problems)
