"""Every point at which a process can be made to die is one at which a test kills."""

import ast
from importlib import import_module
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "schoolgate"


def points_in_the_source() -> list[str]:
    """The names of all `fault_point("name")`, as often as they stand there."""
    found = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "fault_point":
                (name,) = node.args
                assert isinstance(name, ast.Constant), f"{path}:{node.lineno}: a point's name is not written out"
                found.append(str(name.value))
    return found


def points_that_tests_kill() -> set[str]:
    """What each module of this folder lists as its POINTS: every one is killed there, by parametrizing over them."""
    modules = [import_module(f"tests.faults.{path.stem}") for path in Path(__file__).parent.glob("test_*.py")]
    return {point for module in modules for point in getattr(module, "POINTS", ())}


def test_every_point_is_killed_by_a_test() -> None:
    assert set(points_in_the_source()) - points_that_tests_kill() == set()


def test_no_test_kills_at_a_point_that_is_not_there() -> None:
    assert points_that_tests_kill() - set(points_in_the_source()) == set()


def test_a_point_stands_at_one_place() -> None:
    points = points_in_the_source()
    assert len(points) == len(set(points))
