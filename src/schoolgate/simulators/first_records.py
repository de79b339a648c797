"""What a school's system holds of a pupil from the first day: a sample's pupil, without what no vendor's API tells."""

from copy import deepcopy
from datetime import date
from typing import TYPE_CHECKING

from schoolgate.documents.samples.dice import Dice
from schoolgate.documents.samples.families import land_line
from schoolgate.documents.samples.places import address
from schoolgate.documents.students.entries import Record

if TYPE_CHECKING:
    from schoolgate.simulators.population import Population

_DETAILS = (
    "FormerUPN",
    "PreferredSurname",
    "PreferredForename",
    "MiddleNames",
    "NCyearActual",
    "Ethnicity",
    "Languages",
    "ServiceChild",
    "EnrolStatus",
)
_CONTACT = ("Order", "Title", "Surname", "Forename", "Relationship", "Responsibility", "Address", "Phones", "Email")
_PROPERTY = ("SAON", "PAON", "Street", "Locality", "Town", "UniquePropertyReferenceNumber")
_STAY = ("LEA", "Estab", "EntryDate")


def first_record(school: "Population", made: Record, entry: date | None) -> Record:
    """The record of who enters on `entry`, or when the sample says; nothing of it is shared with another's."""
    made = deepcopy(made)
    details = {name: made["BasicDetails"][name] for name in _DETAILS if name in made["BasicDetails"]}
    details["Languages"] = details["Languages"][:1]
    here = {name: made["SchoolHistory"][-1][name] for name in _STAY}
    if entry is not None:
        here["EntryDate"] = entry.isoformat()
    guid = made["SuppInfo"]["GUID"]
    record: Record = {
        name: made[name] for name in ("UPN", "UniqueLearnerNumber", "Surname", "Forename") if name in made
    }
    record |= {"DOB": made["DOB"], "Sex": made["Sex"], "BasicDetails": details}
    if "FSMhistory" in made:
        record["FSMhistory"] = {"FSMinstance": _not_before(made["FSMhistory"]["FSMinstance"], "FSMstartDate", here)}
    if made.get("LookedAfter", {}).get("InCare") == "true":
        record["LookedAfter"] = {"InCare": "true"}
    if "SENhistory" in made:
        needs = made["SENhistory"]
        record["SENhistory"] = {"SEN": _not_before(needs["SEN"], "StartDate", here), "SENneeds": needs["SENneeds"]}
    home = _plain(made["Address"])
    record["Address"] = {**home, "AddressStartDate": here["EntryDate"]}
    dice = school.dice(f"line {guid}")
    if dice.chance(0.4):
        record["Phones"] = [{"TelephoneType": "H", "PhoneNo": land_line(dice)}]
    record["Contacts"] = [_contact(school, contact, home) for contact in made["Contacts"]]
    if "Exclusions" in made and entry is None:
        record["Exclusions"] = [{**one, "SchoolDays": f"{float(one['SchoolDays']):.1f}"} for one in made["Exclusions"]]
    record["SchoolHistory"] = [here]
    record["SuppInfo"] = {"GUID": guid}
    return record


def new_home(dice: Dice, la: str) -> Record:
    """An address that nobody has, in the fields that school systems have for one."""
    return _plain(address(dice, la))


def _plain(made: Record) -> Record:
    parts = made["BS7666Address"]
    return {"BS7666Address": {name: parts[name] for name in _PROPERTY if name in parts}, "PostCode": made["PostCode"]}


def _contact(school: "Population", made: Record, home: Record) -> Record:
    """A contact; who lives with the pupil has that address, the others one of their own, always the same."""
    contact = {name: made[name] for name in _CONTACT if name in made}
    with_pupil = "AddressAsPupil" in made["Address"]
    contact["Address"] = deepcopy(home) if with_pupil else new_home(school.dice(f"home {made['GUID']}"), school.la)
    return {**contact, "GUID": made["GUID"]}


def _not_before(events: list[Record], name: str, stay: Record) -> list[Record]:
    """Of who comes later than the sample thought: the last event only, begun with the stay."""
    if events[-1][name] >= stay["EntryDate"]:
        return events
    return events if stay["EntryDate"] <= events[-1].get(name, "") else [{**events[-1], name: stay["EntryDate"]}]
