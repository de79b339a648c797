"""Contracts of a member of staff at a school, with posts, roles, pay and hours (reference 7.3).

A contract is known again by its start and post, else by its start: a post is renamed, and a teacher promoted.
"""

from collections.abc import Iterable
from typing import NamedTuple

from schoolgate.authority.records.groups.data_group import DataGroup, Item, Payload
from schoolgate.authority.records.groups.forms import (
    DATE,
    NUMBER,
    POUNDS,
    TEXT,
    YES_NO,
    Events,
    Fields,
    Leaf,
    Set,
    code,
)
from schoolgate.authority.records.subjects import STAFF

_DAILY = Leaf(words=lambda text: {"Y": "Yes", "N": "No"}.get(text, text))
_LEVEL = Leaf(words=lambda text: {"L": "The LA", "S": "The school"}.get(text, text))

_DETAILS = Fields(
    {
        "Payments": Fields(
            {
                "PayRange": code("pay_range"),
                "PayFramework": TEXT,
                "PayRangeMinimum": POUNDS,
                "PayRangeMaximum": POUNDS,
                "BasePay": POUNDS,
                "SafeguardedSalary": YES_NO,
            }
        ),
        "AdditionalPayments": Set(
            Fields(
                {
                    "PaymentType": code("additional_payment"),
                    "PaymentAmount": POUNDS,
                    "PayStartDate": DATE,
                    "PayEndDate": DATE,
                }
            )
        ),
        "Hours": Fields({"HoursPerWeek": NUMBER, "FTEHours": NUMBER, "WeeksPerYear": NUMBER}),
    }
)

_CONTRACT = Fields(
    {
        "ContractType": code("contract_type"),
        "ContractStart": DATE,
        "ContractEnd": DATE,
        "Post": code("staff_post"),
        "SchoolArrivalDate": DATE,
        "DailyRate": _DAILY,
        "DestinationCode": code("staff_destination"),
        "Origin": code("staff_origin"),
        "LeavingReason": code("staff_leaving_reason"),
        "PayReviewDate": DATE,
        "LASchoolLevel": _LEVEL,
        "Estab": TEXT,
        "PostLevelDetails": _DETAILS,
        "Roles": Set(Fields({"RoleIdentifier": code("staff_role"), "RoleLevelDetails": _DETAILS})),
    }
)

CONTRACTS = DataGroup(
    number=49,
    name="contracts",
    label="Contracts and pay",
    of="enrolment",
    subject=STAFF,
    items=(
        Item(
            "ContractOrServiceGroup",
            Events(_CONTRACT, keys=(("ContractStart", "Post"), ("ContractStart",))),
            label="Contracts",
        ),
    ),
)


class Engaged(NamedTuple):
    """From when to when somebody works at a school: dates as the document has them, empty where it says none."""

    entered: str
    left: str


def engaged_at(payload: Payload | None) -> Engaged:
    """The time that contracts tell of: to the end of the last, once all have one."""
    contracts = (payload or {}).get("ContractOrServiceGroup", [])
    entered = _texts(one.get("SchoolArrivalDate") or one.get("ContractStart") for one in contracts)
    ends = _texts(one.get("ContractEnd") for one in contracts)
    return Engaged(min(entered, default=""), max(ends) if ends and len(ends) == len(contracts) else "")


def posts_of(payload: Payload | None) -> list[str]:
    """The codes of the posts held today, each once; of somebody who has left, those of then."""
    contracts = (payload or {}).get("ContractOrServiceGroup", [])
    going_on = [one for one in contracts if not one.get("ContractEnd")] or contracts
    return list(dict.fromkeys(_texts(one.get("Post") for one in going_on)))


def _texts(values: Iterable[object]) -> list[str]:
    return [value for value in values if isinstance(value, str) and value]
