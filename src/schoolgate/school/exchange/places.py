"""Places that files are sent from: an LA's pair of folders for pupils, a school's for its staff.

A place is named by digits, so that rows, jobs and locks can name it: three, the LA's number, or seven, the school's LA
number and number. What is done with a file is the same in each; only the folders, the names, the account and the words
differ.
"""

STUDENT = "student"
PERSONNEL = "personnel"


def is_of_staff(place: str) -> bool:
    """Whether personnel files are sent from there."""
    return len(place) > 3


def kind_of(place: str) -> str:
    """Of which kind the files of a place are."""
    return PERSONNEL if is_of_staff(place) else STUDENT
