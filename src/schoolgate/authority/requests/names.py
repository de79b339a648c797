"""What is typed to say that the right record goes."""

from schoolgate.authority.records.models import Pupil


def name_to_type(pupil: Pupil) -> str:
    """What is to be typed before a record is erased; a record without a name is called by its number."""
    return str(pupil).strip() or pupil.listed_name


def is_name_of(pupil: Pupil, typed: str) -> bool:
    """Whether somebody typed that, whatever the case and the blanks."""
    return " ".join(typed.split()).casefold() == " ".join(name_to_type(pupil).split()).casefold()
