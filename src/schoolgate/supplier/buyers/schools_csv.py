"""Adding many schools from one list, as a supplier has it: the whole list, or nothing with reasons by line.

The plan is worked out from the list and the schools there are, so a list can be given again: a school that is here
already is left as it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import NAME_TAKEN, User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.csv_lists import BROKEN, MEGABYTE, CsvColumn, CsvLine, plain_cell, read_csv
from schoolgate.supplier.buyers.accounts import ROLE, BuyerRefused, add_buyer
from schoolgate.supplier.models import Buyer, Supplier
from schoolgate.supplier.models.buyer import MOST_EXPIRY_DAYS

MOST_BYTES = MEGABYTE
MOST_LINES = 500
"""A password that is given takes 30 ms to hash: so many are done while a person waits."""

COLUMNS = (
    CsvColumn("name", ("school", "school name", "customer", "customer name", "buyer"), required=True),
    CsvColumn("DUNS", ("duns no", "duns number", "d-u-n-s"), required=True),
    CsvColumn("user", ("user name", "login", "account", "web user"), required=True),
    CsvColumn("account number", ("account no", "customer number", "customer no")),
    CsvColumn("password", ()),
    CsvColumn("e-mail", ("mail", "email address", "e-mail address")),
    CsvColumn("expiry days", ("days", "expires after")),
)

PlannedState = Literal["new", "known", "wrong"]


@dataclass(frozen=True)
class Planned:
    """What becomes of one line: `new` (will be added), `known` (is here, and left as it is) or `wrong`, with reasons.

    `number` is the line's in the file, from 1. A password that is given stands in no representation.
    """

    number: int
    state: PlannedState
    name: str = ""
    duns: str = ""
    user: str = ""
    account_number: str = ""
    email: str = ""
    expiry_days: int | None = None
    reasons: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """All reasons in one text."""
        return " ".join(self.reasons)


@dataclass(frozen=True)
class Plan:
    """What would become of each line of a list, and notes on how it was read."""

    lines: tuple[Planned, ...]
    notes: tuple[str, ...] = ()

    @property
    def faulty(self) -> bool:
        """Whether any line is wrong: then nothing of the list is done."""
        return any(line.state == "wrong" for line in self.lines)


@dataclass(frozen=True)
class Added:
    """A school that was added, with its password, which nobody can read later."""

    buyer: Buyer
    password: str


class ListRefused(Exception):
    """A line of the list is wrong, so nothing was done; `plan` has the reasons."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("Nothing was added: correct the lines that are told, and give the list again.")
        self.plan = plan


def plan_list(supplier: Supplier, content: bytes) -> Plan:
    """What would become of each line now. Raises CsvRefused for what is no such list."""
    return _plan(supplier, content)[0]


def add_listed(
    supplier: Supplier, content: bytes, *, by: User | None, request: HttpRequest | None = None
) -> list[Added]:
    """Add all new schools of the list in one commit. Raises ListRefused where any line is wrong, and CsvRefused."""
    plan, passwords = _plan(supplier, content)
    if plan.faulty:
        raise ListRefused(plan)
    hashes = {number: make_password(password) for number, password in passwords.items()}
    added, lines = [], []
    with transaction.atomic():
        for line in plan.lines:
            if line.state == "known":
                lines.append(line)
                continue
            try:
                buyer, password = add_buyer(
                    supplier,
                    name=line.name,
                    duns=line.duns,
                    user=line.user,
                    password=passwords.get(line.number),
                    hashed=hashes.get(line.number, ""),
                    account_number=line.account_number,
                    email=line.email,
                    expiry_days=line.expiry_days,
                    by=by,
                    request=request,
                )
            except BuyerRefused as refused:
                lines.append(replace(line, state="wrong", reasons=tuple(refused.faults.values())))
            else:
                lines.append(line)
                added.append(Added(buyer, password))
        if any(line.state == "wrong" for line in lines):
            raise ListRefused(Plan(tuple(lines), plan.notes))
        if added:
            record("schools imported", by=by, target=supplier.name, details=f"{len(added)} new", request=request)
    return added


def _plan(supplier: Supplier, content: bytes) -> tuple[Plan, dict[int, str]]:
    """The plan, and apart from it the passwords that are given, by the number of their line."""
    read = read_csv(content, COLUMNS, largest_bytes=MOST_BYTES, most_lines=MOST_LINES)
    notes = []
    if read.windows:
        notes.append("The file is not UTF-8 and was read as Windows-1252. Look at names with accents and apostrophes.")
    if read.unknown:
        notes.append(f"Not used: {', '.join(name[:40] for name in read.unknown[:12])}.")
    here = _Here.of(supplier)
    passwords: dict[int, str] = {}
    lines = []
    for line in read.lines:
        planned = _plan_line(line, here)
        if planned.state == "new" and line["password"]:
            passwords[line.number] = line["password"]
        lines.append(planned)
    return Plan(tuple(lines), tuple(notes)), passwords


@dataclass
class _Here:
    """The users and account numbers that are taken, by the database or by a line before; schools by user and DUNS."""

    users: set[str]
    numbers: set[str]
    schools: set[tuple[str, str]]

    @classmethod
    def of(cls, supplier: Supplier) -> "_Here":
        buyers = Buyer.objects.filter(supplier=supplier).values_list("account__username", "duns", "account_number")
        return cls(
            users=set(User.objects.values_list("username", flat=True)),
            numbers={number for _, _, number in buyers if number},
            schools={(user, duns) for user, duns, _ in buyers},
        )


def _plan_line(line: CsvLine, here: _Here) -> Planned:
    if line.broken:
        return Planned(line.number, "wrong", reasons=(BROKEN,))
    cells = {column.name: plain_cell(line[column.name]) for column in COLUMNS}
    duns = re.sub(r"[ -]", "", cells["DUNS"])
    user = User.normalize_username(cells["user"])
    faults: list[str] = []
    planned = Planned(
        line.number,
        "new",
        name=cells["name"],
        duns=duns,
        user=user,
        account_number=cells["account number"],
        email=cells["e-mail"],
        expiry_days=_days(cells["expiry days"], faults),
    )
    if (user, duns) in here.schools:
        return replace(planned, state="known", reasons=("It is here already, and stays as it is.",))
    faults += [*_faults(planned), *_password_faults(user, line["password"])]
    if user in here.users:
        faults.append(f"User: {NAME_TAKEN}")
    if planned.account_number and planned.account_number in here.numbers:
        faults.append("Account number: another school has it.")
    here.users.add(user)
    here.numbers.add(planned.account_number)
    return replace(planned, state="wrong" if faults else "new", reasons=tuple(faults))


def _faults(line: Planned) -> list[str]:
    faults = []
    if line.duns.isascii() and line.duns.isdigit() and len(line.duns) < 9:
        faults.append("DUNS: it has too few digits. If Excel dropped zeros before it, put them back.")
    buyer = Buyer(name=line.name, duns=line.duns, account_number=line.account_number, email=line.email)
    account = User(username=line.user, role=ROLE)
    for row, not_listed in ((buyer, ("supplier", "account")), (account, ("password",))):
        try:
            row.clean_fields(exclude=not_listed)
        except ValidationError as error:
            faults += [f"{_heading(name)}: {' '.join(found)}" for name, found in error.message_dict.items()]
    return faults


def _heading(field: str) -> str:
    return {"duns": "DUNS", "username": "User", "email": "E-mail"}.get(field, field.replace("_", " ").capitalize())


def _password_faults(user: str, password: str) -> list[str]:
    try:
        if password:
            validate_password(password, User(username=user, role=ROLE))
    except ValidationError as error:
        return list(error.messages)
    return []


def _days(text: str, faults: list[str]) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST_EXPIRY_DAYS:
        return int(text)
    faults.append(f"Expiry days: a whole number from 1 to {MOST_EXPIRY_DAYS:,}, or nothing.")
    return None


def in_numbers(lines: Sequence[Planned]) -> dict[PlannedState, int]:
    """How many lines are new, known and wrong."""
    states: tuple[PlannedState, ...] = ("new", "known", "wrong")
    return {state: sum(line.state == state for line in lines) for state in states}
