"""The school learns what stands as refused of its values, by its list of things to correct (reference 9.7).

Files tell of it, and files are known above this room only: whoever knows how a base is told registers here.
"""

from collections.abc import Callable

from schoolgate.authority.bases.models import Base

Teller = Callable[[Base], None]
_tellers: list[Teller] = []


def teller_of_refusals(function: Teller) -> Teller:
    """Register a function that tells a base that what is refused of its values has changed."""
    _tellers.append(function)
    return function


def refusals_changed(base: Base) -> None:
    """Tell a base that other values of its own are refused than before, in the transaction that made it so.

    To be called once for a base and step, after each act of a person that writes or ends refusals: a value discarded
    or accepted, an import or a decision undone, a pupil matched, merged or restricted.
    """
    for function in _tellers:
        function(base)
