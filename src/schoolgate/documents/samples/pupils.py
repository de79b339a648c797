"""The record of one pupil, in the shape that reading a student file gives (``students.entries``)."""

from datetime import date
from typing import Any

from schoolgate.documents.samples import histories
from schoolgate.documents.samples.dice import Dice, slots
from schoolgate.documents.samples.families import Family, mail_address, mobile
from schoolgate.documents.samples.places import SPECIAL
from schoolgate.documents.samples.school import School

_PROFICIENCIES = slots({"A": 8, "B": 14, "C": 22, "D": 24, "E": 30, "N": 2}, 100)
_DISABILITIES = slots(
    {"MOB": 12, "MED": 18, "COMM": 18, "LD": 16, "HEAR": 8, "VIS": 6, "BEH": 12, "AUT": 18, "HAND": 4}
)
_ETHNICITIES_NOT_SAID = ("NOBT", "REFU", "REFU")
_SERVICE_SHARES = slots({"N": 985, "U": 8, "R": 7})
_YEAR_NAMES = {-2: "N1", -1: "N2", 0: "R"}
_CONCERNS = ("NONE", "NONE", "ACAD", "EMOT", "BOTH")


def pupil_record(dice: Dice, school: School, family: Family, year_group: int, taken: set[str]) -> dict[str, Any]:
    """Make the child of ``family`` who is in ``year_group`` (0 is Reception).

    ``taken`` are the forenames of brothers and sisters so far; the child's own is added.
    """
    sex = "M" if dice.chance(0.512) else "F"
    forename = _forename(dice, family, sex, taken)
    stay = histories.make_stay(dice, school.phase, school.year, year_group, school.today)
    record: dict[str, Any] = {"UPN": _upn(dice, school, year_group)}
    if year_group >= 9:
        record["UniqueLearnerNumber"] = school.numbers.uln()
    if year_group >= 11 and dice.chance(0.85):
        record["UCI"] = school.numbers.uci(school.year.began - year_group + 11)
    record["Surname"] = family.surname
    record["Forename"] = forename
    record["DOB"] = date.fromordinal(histories.birth(school.year.began, year_group) + dice.number(0, 364)).isoformat()
    record["Sex"] = sex
    record["BasicDetails"] = _basic_details(dice, school, family, year_group, record)
    if family.free_meals:
        record["FSMhistory"] = histories.free_meals(dice, stay)
    if family.in_care:
        record["LookedAfter"] = {"InCare": "true", "CareAuthority": school.la}
    elif dice.chance(0.007):
        record["LookedAfter"] = {"InCare": "false"}
    if family.service and dice.chance(0.4):
        record["ServiceChildConcerns"] = _concerns(dice, stay)
    if needs := histories.special_needs(dice, stay, special_school=school.phase is SPECIAL, boy=sex == "M"):
        record["SENhistory"] = needs
    record["Address"] = family.address
    if year_group >= 9 and dice.chance(0.35):
        record["Phones"] = [{"TelephoneType": "M", "PhoneNo": mobile(dice)}]
    if year_group >= 7 and dice.chance(0.6):
        record["Email"] = mail_address(forename, family.surname)
    record["Contacts"] = family.contacts
    record |= histories.school_life(dice, school, stay)
    if school.guids:
        record["SuppInfo"] = {"SuppID": school.supplier, "GUID": dice.guid()}
    return record


def _forename(dice: Dice, family: Family, sex: str, taken: set[str]) -> str:
    names = family.heritage.boys if sex == "M" else family.heritage.girls
    name = dice.pick(names)
    while name in taken:
        name = dice.pick(names)
    taken.add(name)
    return name


def _upn(dice: Dice, school: School, year_group: int) -> str:
    """A number given out in the year of Reception, or this year to those who are not there yet."""
    year, share = school.year.began - max(year_group, 0), dice.random()
    if share < 0.008:
        return school.numbers.temporary_upn(year)
    return school.numbers.upn_from_elsewhere(year) if share < 0.07 else school.numbers.upn(year)


def _basic_details(
    dice: Dice, school: School, family: Family, year_group: int, pupil: dict[str, Any]
) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if dice.chance(0.006):
        details["FormerUPN"] = school.numbers.temporary_upn(school.year.began - max(year_group, 0))
    details["PreferredSurname"] = family.surname
    if dice.chance(0.02):
        details["FormerSurname"] = dice.pick(family.heritage.surnames)
    sex, forename = pupil["Sex"], pupil["Forename"]
    details["PreferredForename"] = forename[:3] if len(forename) > 6 and dice.chance(0.2) else forename
    if dice.chance(0.62):
        details["MiddleNames"] = dice.pick(family.heritage.men if sex == "M" else family.heritage.women)
    special = school.phase is SPECIAL and dice.chance(0.4)
    details["NCyearActual"] = "X" if special else _YEAR_NAMES.get(year_group, str(year_group))
    if family.language != "ENG" and year_group >= 0:
        tested = f"{school.year.began - dice.number(0, min(year_group, 3))}-09-04"
        details["EnglishProficiencies"] = [
            {"ProficiencyInEnglish": dice.pick(_PROFICIENCIES), "ProficiencyInEnglishDate": tested}
        ]
    country = family.country if dice.chance(0.8) else "GBR"
    details["CountryofBirth"] = country
    details["Nationalities"] = [country, "GBR"] if country != "GBR" and dice.chance(0.3) else [country]
    said = not dice.chance(0.015)
    details["Ethnicity"] = family.ethnicity if said else dice.pick(_ETHNICITIES_NOT_SAID)
    if said:
        details["EthnicitySource"] = "C" if year_group >= 7 and dice.chance(0.2) else "P"
    details["Languages"] = _languages(dice, family)
    details["ServiceChild"] = "Y" if family.service else dice.pick(_SERVICE_SHARES)
    if family.service:
        details["ServiceChildSource"] = "P"
    details["MedicalFlag"] = "true" if dice.chance(0.07) else "false"
    details["Disabilities"] = [dice.pick(_DISABILITIES)] if dice.chance(0.06) else ["NONE"]
    details["EnrolStatus"] = "M" if dice.chance(0.005) else "C"
    return details


def _languages(dice: Dice, family: Family) -> list[dict[str, str]]:
    languages = [{"LanguageType": "F", "Language": family.language}]
    if family.language != "ENG":
        languages.append({"LanguageType": "H", "Language": family.language})
        if dice.chance(0.35):
            languages.append({"LanguageType": "H", "Language": "ENG"})
    return languages


def _concerns(dice: Dice, stay: histories.Stay) -> dict[str, str]:
    concerns = {name: dice.pick(_CONCERNS) for name in ("MoveConcern", "DeployConcern", "SepConcern")}
    return {**concerns, "DateOfAssessment": histories.soon_after_entry(dice, stay)}
