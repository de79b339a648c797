"""What happens in a made-up school, each kind as often as its place in the calendar says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from schoolgate.documents.identifiers import parse_upn
from schoolgate.documents.samples.dice import Dice
from schoolgate.documents.samples.families import land_line, mail_address, mobile
from schoolgate.documents.students.entries import Record
from schoolgate.simulators.first_records import new_home
from schoolgate.simulators.registers import suspend
from schoolgate.wire.mis.connector import Group

if TYPE_CHECKING:
    from schoolgate.simulators.population import Population, SimPupil

Happening: TypeAlias = Callable[["Population", Dice, datetime], None]

_NEEDS = ("SLCN", "SEMH", "MLD", "SPLD", "ASD", "HI", "VI", "OTH")
_REASONS = ("PP", "VA", "PA", "VP", "DM", "RA", "TH", "DB")
_LEAVING = ("IM", "IM", "IM", "II", "EL", "LC")
_SURNAMES = ("Ashdown", "Birchall", "Caldwell", "Dunmore", "Everly", "Farrow", "Greaves", "Hollis")


def morning(school: "Population", dice: Dice) -> None:
    """Before the register: who was to come today is here, and each some days someone joins."""
    for pupil in school.pupils.values():
        if pupil.state == "future" and pupil.enters_at is not None and pupil.enters_at <= school.lived:
            moment = school.moment(dice, 8, 8)
            pupil.state, pupil.enters_at = "current", None
            pupil.changed |= {Group.PUPIL: moment, Group.ENROLMENT: moment}
            pupil.part_changed |= {(Group.PUPIL, ""): moment}
            pupil.part_changed |= {
                (Group.ENROLMENT, stay["EntryDate"]): moment for stay in pupil.record["SchoolHistory"]
            }
    for happening in _due(_IN_THE_MORNING, school):
        happening(school, dice, school.moment(dice, 8, 8))


def day(school: "Population", dice: Dice) -> None:
    """After the register, all else; in a larger school more of it."""
    for happening in _due(_IN_THE_DAY, school):
        for _ in range(max(1, school.size // 150)):
            if school.current:
                happening(school, dice, school.moment(dice, 15, 17))


def has_left(pupil: "SimPupil", last_day: date, reason: str = "IM") -> None:
    """Make a leaver of a pupil, whatever is said of the moment."""
    stay = pupil.record["SchoolHistory"][-1]
    stay["EntryDate"] = min(stay["EntryDate"], last_day.isoformat())
    stay |= {"LeavingDate": last_day.isoformat(), "LeavingReason": reason}
    pupil.record["BasicDetails"]["EnrolStatus"] = "P"
    pupil.state, pupil.gone_at = "leaver", last_day


def has_been_away(pupil: "SimPupil", begins: date) -> None:
    """Give a pupil on roll a stay before the one that lasts."""
    stay = pupil.record["SchoolHistory"][-1]
    first, away, back = (begins - timedelta(days=days) for days in (600, 300, 120))
    pupil.record["SchoolHistory"] = [
        {**stay, "EntryDate": first.isoformat(), "LeavingDate": away.isoformat(), "LeavingReason": "IM"},
        {**stay, "EntryDate": back.isoformat()},
    ]


@contextmanager
def _change(pupil: "SimPupil", moment: datetime, *groups: Group) -> Iterator[Record]:
    before = deepcopy(pupil.record)
    yield pupil.record
    for group in groups:
        pupil.change(group, moment, before)


def _joins(school: "Population", _dice: Dice, moment: datetime) -> None:
    school.admit("current", moment, school.lived)


def _is_expected(school: "Population", dice: Dice, moment: datetime) -> None:
    entry = next(islice(school.school_days(school.lived), dice.number(12, 24), None))
    school.admit("future", moment, entry)


def _leaves(school: "Population", dice: Dice, moment: datetime) -> None:
    if len(school.current) < 2:
        return
    pupil = dice.pick(school.current)
    with _change(pupil, moment, Group.ENROLMENT):
        has_left(pupil, school.lived, dice.pick(_LEAVING))
    _touch(pupil, moment)


def _returns(school: "Population", dice: Dice, moment: datetime) -> None:
    """Whoever left while the school was watched comes back."""
    away = [one for one in school.pupils.values() if one.gone_at and school.begins <= one.gone_at < school.lived]
    if not away:
        return
    pupil = dice.pick(away)
    with _change(pupil, moment, Group.ENROLMENT) as record:
        stay = record["SchoolHistory"][-1]
        here = {name: stay[name] for name in ("LEA", "Estab")}
        record["SchoolHistory"].append({**here, "EntryDate": school.lived.isoformat()})
        record["BasicDetails"]["EnrolStatus"] = "C"
    pupil.state, pupil.gone_at = "current", None
    _touch(pupil, moment)


def _touch(pupil: "SimPupil", moment: datetime) -> None:
    """The state on roll stands with the basic details."""
    pupil.changed[Group.PUPIL] = pupil.part_changed[Group.PUPIL, ""] = moment


def _family_moves(school: "Population", dice: Dice, moment: datetime) -> None:
    old = dice.pick(school.current).record["Address"]["BS7666Address"]
    home = new_home(dice, school.la)
    for pupil in school.current:
        if pupil.record["Address"]["BS7666Address"] != old:
            continue
        with _change(pupil, moment, Group.ADDRESS, Group.CONTACT) as record:
            record["Address"] = {**deepcopy(home), "AddressStartDate": school.lived.isoformat()}
            for contact in record["Contacts"]:
                if contact["Address"]["BS7666Address"] == old:
                    contact["Address"] = deepcopy(home)


def _telephone_changes(school: "Population", dice: Dice, moment: datetime) -> None:
    pupil = dice.pick(school.current)
    with _change(pupil, moment, Group.ADDRESS) as record:
        record["Phones"] = [{"TelephoneType": "H", "PhoneNo": land_line(dice)}]


def _contact_changes(school: "Population", dice: Dice, moment: datetime) -> None:
    """A number, an address for mail, someone new, or someone no longer to be rung."""
    pupil = dice.pick(school.current)
    with _change(pupil, moment, Group.CONTACT) as record:
        contacts = record["Contacts"]
        way = dice.random()
        if way < 0.25 and len(contacts) < 6:
            contacts.append(_new_contact(school, dice, str(len(contacts) + 1)))
        elif way < 0.45 and len(contacts) > 1:
            contacts.pop()
        elif way < 0.7:
            contact = dice.pick(contacts)
            contact["Email"] = mail_address(contact["Forename"], f"{contact['Surname']}{dice.number(2, 99)}")
        else:
            dice.pick(contacts)["Phones"] = [{"TelephoneType": "M", "PhoneNo": mobile(dice)}]


def _new_contact(school: "Population", dice: Dice, order: str) -> Record:
    return {
        "Order": order,
        "Title": "Mrs",
        "Surname": dice.pick(_SURNAMES),
        "Forename": dice.pick(("Alison", "Bridget", "Carole", "Denise")),
        "Relationship": dice.pick(("REL", "CHM", "FAM")),
        "Responsibility": "false",
        "Address": new_home(dice, school.la),
        "Phones": [{"TelephoneType": "M", "PhoneNo": mobile(dice)}],
        "GUID": dice.guid(),
    }


def _needs_change(school: "Population", dice: Dice, moment: datetime) -> None:
    """Support begins, is raised to a plan, or its kinds are assessed anew."""
    pupil, today = dice.pick(school.current), school.lived.isoformat()
    with _change(pupil, moment, Group.SEN) as record:
        history = record.setdefault("SENhistory", {"SEN": [], "SENneeds": []})
        stages = history["SEN"]
        kinds = dice.sample(_NEEDS, dice.number(1, 3))
        history["SENneeds"] = [{"SENtypeRank": str(rank), "SENtype": kind} for rank, kind in enumerate(kinds, start=1)]
        if not stages:
            stages.append({"StartDate": today, "SENprovision": "K"})
        elif stages[-1]["SENprovision"] == "K" and stages[-1]["StartDate"] < today:
            stages[-1]["EndDate"] = today
            stages.append({"StartDate": today, "SENprovision": "E"})


def _meals_change(school: "Population", dice: Dice, moment: datetime) -> None:
    """Free meals begin, or end."""
    pupil, today = dice.pick(school.current), school.lived.isoformat()
    with _change(pupil, moment, Group.ENTITLEMENT) as record:
        instances = record.setdefault("FSMhistory", {"FSMinstance": []})["FSMinstance"]
        if not instances or instances[-1].get("FSMendDate", today) < today:
            instances.append({"FSMstartDate": today, "UKcountry": "ENG"})
        elif "FSMendDate" not in instances[-1] and instances[-1]["FSMstartDate"] < today:
            instances[-1]["FSMendDate"] = today


def _is_suspended(school: "Population", dice: Dice, moment: datetime) -> None:
    """A suspension begins on the next school day; at least every second has three reasons."""
    pupil = dice.pick(school.current)
    first = next(school.school_days(school.lived))
    afternoon, sessions = dice.chance(0.3), dice.number(1, 6)
    with _change(pupil, moment, Group.EXCLUSION) as record:
        known = record.setdefault("Exclusions", [])
        if known and known[-1]["EndDate"] >= school.lived.isoformat():
            return
        count = 3 if school.days % 8 < 4 else dice.number(1, 2)
        last = suspend(school, pupil, first, afternoon, sessions)
        known.append(
            {
                "Category": "SUSP",
                "Reasons": dice.sample(_REASONS, count),
                "StartDate": first.isoformat(),
                "EndDate": last.isoformat(),
                "SchoolDays": f"{sessions / 2:.1f}",
                "StartTime": "PM" if afternoon else "AM",
            }
        )


def _suspension_is_withdrawn(school: "Population", dice: Dice, moment: datetime) -> None:
    """The newest suspension is taken out of the record; its marks stay as they were made."""
    suspended = [one for one in school.current if one.record.get("Exclusions")]
    if not suspended:
        return
    with _change(dice.pick(suspended), moment, Group.EXCLUSION) as record:
        record["Exclusions"].pop()
        if not record["Exclusions"]:
            del record["Exclusions"]


def _name_changes(school: "Population", dice: Dice, moment: datetime) -> None:
    pupil = dice.pick(school.current)
    with _change(pupil, moment, Group.PUPIL) as record:
        if dice.chance(0.5):
            record["BasicDetails"]["PreferredSurname"] = dice.pick(_SURNAMES)
        else:
            record["BasicDetails"]["MiddleNames"] = dice.pick(("Alex", "Charlie", "Robin", "Sam"))


def _details_change(school: "Population", dice: Dice, moment: datetime) -> None:
    pupil = dice.pick(school.current)
    with _change(pupil, moment, Group.PUPIL) as record:
        record["BasicDetails"]["Ethnicity"] = dice.pick(("WBRI", "WOTH", "MOTH", "OOTH", "REFU"))


def _number_is_found(school: "Population", _dice: Dice, moment: datetime) -> None:
    """A temporary UPN gives way to the permanent one."""
    pupil = next((one for one in school.current if parse_upn(one.record["UPN"]).temporary), None)
    if pupil is None:
        return
    with _change(pupil, moment, Group.PUPIL) as record:
        record["BasicDetails"] = {"FormerUPN": "", **record["BasicDetails"]} | {"FormerUPN": record["UPN"]}
        record["UPN"] = school.permanent_upn()


_IN_THE_MORNING: dict[Happening, tuple[int, int]] = {_joins: (7, 2), _returns: (9, 8)}
_IN_THE_DAY: dict[Happening, tuple[int, int]] = {
    _leaves: (4, 3),
    _is_expected: (14, 4),
    _family_moves: (2, 1),
    _telephone_changes: (3, 2),
    _contact_changes: (1, 0),
    _needs_change: (2, 0),
    _meals_change: (2, 1),
    _is_suspended: (4, 2),
    _suspension_is_withdrawn: (13, 9),
    _name_changes: (3, 1),
    _details_change: (4, 3),
    _number_is_found: (11, 5),
}
"""Every so many school days, and on which of them: so that a short life has something of each."""

OF_GROUP: dict[Group, Happening] = {
    Group.PUPIL: _name_changes,
    Group.ENROLMENT: _leaves,
    Group.ADDRESS: _telephone_changes,
    Group.CONTACT: _contact_changes,
    Group.SEN: _needs_change,
    Group.ENTITLEMENT: _meals_change,
    Group.EXCLUSION: _is_suspended,
}
"""Something that changes a group, for whoever wants a change there."""


def _due(calendar: dict[Happening, tuple[int, int]], school: "Population") -> list[Happening]:
    return [happening for happening, (every, first) in calendar.items() if school.days % every == first]
