"""Making many bases from one list: first what would happen to each line, then, confirmed, just that.

The plan is worked out from the list and the bases there are, so a list can be given again and again: what it names
already stands, and is left as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.bases.accounts import ROLE, BaseRefused, add_base, create_base_with_account
from schoolgate.authority.bases.codes import make_codes
from schoolgate.authority.bases.licensing import Licensing
from schoolgate.authority.bases.models import Base, CodeBatch, valid_la_number
from schoolgate.authority.bases.schools_csv import Line, SchoolsFile
from schoolgate.commons.accounts.models import LONGEST_USER_NAME, User, user_name_letters
from schoolgate.commons.audit.recording import record
from schoolgate.documents.la_numbers import la_numbers

State = Literal["new", "known", "wrong"]


@dataclass(frozen=True)
class Planned:
    """What becomes of one line: `new` (a base will be made), `known` (left as it is) or `wrong`, with the reason.

    `remark` is something to look at all the same. `user` is the account the base will send with, `shared` says that
    it is there already or comes with an earlier line.
    """

    line: Line
    state: State
    reason: str = ""
    remark: str = ""
    user: str = ""
    shared: bool = False


@dataclass(frozen=True)
class Made:
    """What came of a list: the plan as it was carried out, the bases made, and the codes for their new accounts."""

    planned: Sequence[Planned]
    bases: Sequence[Base]
    codes: CodeBatch | None


@dataclass
class _Seen:
    """What stands in the database and in the lines before."""

    bases: dict[tuple[str, str], str]
    people: set[str]
    programs: set[str]
    lines: dict[tuple[str, str], int] = field(default_factory=dict)


def plan(file: SchoolsFile) -> list[Planned]:
    """What would become of each line now."""
    users = dict(User.objects.values_list("username", "role"))
    seen = _Seen(
        bases={(la, number): name for la, number, name in Base.objects.values_list("la", "number", "name")},
        people={name for name, role in users.items() if role != ROLE},
        programs={name for name, role in users.items() if role == ROLE},
    )
    licensing = Licensing()
    return [_plan_line(line, seen, licensing) for line in file.lines]


def count(planned: Sequence[Planned]) -> dict[str, int]:
    """How many lines are new, known and wrong."""
    return {state: sum(one.state == state for one in planned) for state in ("new", "known", "wrong")}


def carry_out(file: SchoolsFile, *, words: str, by: User | None, request: HttpRequest | None = None) -> Made:
    """Make the bases of all new lines, each with an account that joins by code, in one commit; `words` names the list.

    A line that cannot be made after all is told as wrong and stops no other. No password is made, so that 300
    accounts cost no 300 slow hashes.
    """
    done, bases, joining = [], [], []
    with transaction.atomic():
        for one in plan(file):
            if one.state != "new":
                done.append(one)
                continue
            try:
                base = _make(one, by=by, request=request)
            except BaseRefused as refused:
                done.append(Planned(one.line, "wrong", str(refused)))
                continue
            done.append(one)
            bases.append(base)
            if not one.shared:
                joining.append(base.account)
        codes = make_codes(joining, words=words, by=by, request=request) if joining else None
        if bases:
            record("bases imported", by=by, target=words, details=f"{len(bases)} new", request=request)
    return Made(done, bases, codes)


def _plan_line(line: Line, seen: _Seen, licensing: Licensing) -> Planned:
    faults = list(line.faults) or _faults(line)
    school = (line.la, line.school)
    if faults:
        return Planned(line, "wrong", " ".join(faults))
    if school in seen.lines:
        return Planned(line, "wrong", f"Line {seen.lines[school]} names the same school.")
    seen.lines[school] = line.number_in_file
    if school in seen.bases:
        name = seen.bases[school]
        return Planned(line, "known", "" if name == line.name else f"It is called {name} here, and stays so.")
    user = User.normalize_username(line.user or line.la + line.school)
    if user in seen.people:
        return Planned(line, "wrong", f"The user '{user}' is a person, and can be no school's account.")
    shared = user in seen.programs
    if shared and not line.user:
        return Planned(
            line,
            "wrong",
            f"There is an account '{user}' already. Write it into the column user if this school uses it.",
        )
    seen.programs.add(user)
    return Planned(line, "new", remark=_remark(line, licensing), user=user, shared=shared)


def _faults(line: Line) -> list[str]:
    faults = []
    for value, check, what in (
        (line.la, valid_la_number, ""),
        (line.user, user_name_letters, ""),
        (line.user, MaxLengthValidator(LONGEST_USER_NAME), ""),
        (line.email, validate_email, "The e-mail address is none."),
    ):
        try:
            if value:
                check(value)
        except ValidationError as error:
            faults.append(what or " ".join(error.messages))
    return faults


def _remark(line: Line, licensing: Licensing) -> str:
    base = Base(la=line.la, number=line.school, licensed=line.licensed is not False)
    remarks = []
    if line.la not in la_numbers():
        remarks.append(f"LA {line.la} is in no list of authorities known here.")
    if licensing.missing(base) == "no-licence":
        remarks.append("Without a licence: nothing is taken from it.")
    elif licensing.missing(base):
        remarks.append("Out of county, and this authority has no Out of County licence: nothing is taken from it.")
    return " ".join(remarks)


def _make(one: Planned, *, by: User | None, request: HttpRequest | None) -> Base:
    line = one.line
    if one.shared:
        account = User.objects.filter(username=one.user).first()
        if account is None:
            raise BaseRefused(f"The account '{one.user}' could not be made for the line before.")
        return add_base(
            la=line.la,
            number=line.school,
            name=line.name,
            phase=line.phase,
            licensed=line.licensed,
            account=account,
            by=by,
            request=request,
        )
    base, _ = create_base_with_account(
        la=line.la,
        number=line.school,
        name=line.name,
        phase=line.phase,
        licensed=line.licensed,
        user=one.user,
        email=line.email,
        by_code=True,
        by=by,
        request=request,
    )
    return base
