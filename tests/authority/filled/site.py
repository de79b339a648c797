"""A filled authority site: as many schools, pupils, imports and undecided things as asked for, all made up.

Rows are made as the importer makes them where a page reads into them (payloads, keys, columns), and written in bulk:
100,000 pupils and a million rows of history take minutes.
"""

from tests.authority.filled.made_up import Filling
from tests.authority.filled.pupils import history, pupils
from tests.authority.filled.schools import imports, lines, schools
from tests.authority.filled.undecided import decided, undecided

from schoolgate.commons.accounts.models import User


def fill(size: Filling, officer: User) -> None:
    """Write a site of this size; `officer` is whoever decided what was decided."""
    schools(size)
    imports(size)
    decided(size, officer)
    pupils(size)
    history(size)
    undecided(size, officer)
    lines(size, officer)
