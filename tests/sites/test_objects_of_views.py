"""A page shows only objects that exist for whoever asks (DESIGN 9): each is found through `visible_to`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import schoolgate

SOURCE = Path(schoolgate.__file__).parent


def _found_by_views() -> Iterator[tuple[str, bool]]:
    """Each place that finds one object for a page, and whether `visible_to` stands in the way.

    It may stand in a function of the same module.
    """
    for path in sorted(SOURCE.rglob("*.py")):
        source = path.read_text("utf-8")
        if "get_object_or_404" not in source:
            continue
        tree = ast.parse(source)
        functions = {node.name: ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "get_object_or_404":
                where = ast.unparse(node.args[0])
                helper = functions.get(where.partition("(")[0], "")
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", "visible_to" in where + helper


FOUND = dict(_found_by_views())


@pytest.mark.parametrize("place", FOUND)
def test_an_object_of_a_page_is_one_that_its_reader_may_see(place: str) -> None:
    assert FOUND[place]


def test_there_are_such_places() -> None:
    assert len(FOUND) > 20
