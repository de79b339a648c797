"""The form of a line on the first page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ToDo:
    """One thing that needs somebody: what is wrong, what cures it, and where.

    `code` names the line for scripts, in the words of docs/school-office/first-page.md; `count` is how many files,
    schools, jobs or whatever the line is about there are.
    """

    code: str
    text: str
    step: str
    address: str
    count: int = 1


def files(number: int, one: str = "is", more: str = "are") -> str:
    """1 file is, 1,200 files are."""
    return f"1 file {one}" if number == 1 else f"{number:,} files {more}"
