"""Of whom records tell: pupils, or members of schools' staff (ADR 024)."""

from typing import Literal

Subject = Literal["pupil", "staff"]

PUPIL: Subject = "pupil"
STAFF: Subject = "staff"

SUBJECTS: tuple[tuple[Subject, str], ...] = ((PUPIL, "Pupil"), (STAFF, "Member of staff"))

NOUNS: dict[Subject, tuple[str, str]] = {PUPIL: ("pupil", "pupils"), STAFF: ("member of staff", "members of staff")}
"""What sentences call one, and several."""

HUMANS: dict[Subject, tuple[str, str]] = {PUPIL: ("child", "children"), STAFF: ("person", "people")}
"""What one and several are called where it is asked whether two records are of one."""

LEADER: dict[Subject, str] = {PUPIL: "the main registration", STAFF: "of the newest contract"}
"""What of several schools the one is that leads."""


def counted(number: int, subject: Subject) -> str:
    """So many of them, in words: `1 pupil`, `1,200 members of staff`."""
    one, many = NOUNS[subject]
    return f"1 {one}" if number == 1 else f"{number:,} {many}"


def number_words(subject: Subject) -> str:
    """What screens call the number that a person is known by, within a sentence."""
    return "teacher or NI number" if subject == STAFF else "UPN"
