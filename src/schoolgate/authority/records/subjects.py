"""Of whom records tell: pupils, or members of schools' staff (ADR 024)."""

from typing import Literal

Subject = Literal["pupil", "staff"]

PUPIL: Subject = "pupil"
STAFF: Subject = "staff"

SUBJECTS: tuple[tuple[Subject, str], ...] = ((PUPIL, "Pupil"), (STAFF, "Member of staff"))

NOUNS: dict[Subject, tuple[str, str]] = {PUPIL: ("pupil", "pupils"), STAFF: ("member of staff", "members of staff")}
"""What sentences call one, and several."""
