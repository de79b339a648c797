"""The made-up staff of a school: a header and its members' records, the same for the same seed.

Nobody's numbers: teacher numbers begin with 00, National Insurance numbers with QQ, which no number does.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from schoolgate.documents.codes.code_sets import academic_year_of
from schoolgate.documents.samples import places
from schoolgate.documents.samples.dice import Dice
from schoolgate.documents.samples.families import mail_address, mobile
from schoolgate.documents.samples.heritages import heritages
from schoolgate.documents.samples.students import SUPPLIER
from schoolgate.documents.staff.layout import PER_VERSIONS
from schoolgate.documents.students.header import Header

_CREATED_AT = time(18, 30, 5)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What sort of post: its codes, and base pay in pounds from lowest to highest."""

    post: str
    role: str
    pay_range: str
    pay: tuple[int, int]
    teaches: bool = False


_HEAD = _Kind("HDT", "HDTR", "LD", (68_000, 96_000), teaches=True)
_DEPUTY = _Kind("DHT", "DPHT", "LD", (58_000, 74_000), teaches=True)
_TEACHER = _Kind("TCM", "TCHR", "TE", (31_650, 43_607), teaches=True)
_UPPER = _Kind("TCU", "TCHR", "TU", (45_646, 49_084), teaches=True)
_ASSISTANT = _Kind("TAS", "TASS", "NJ", (22_737, 26_421))
_OFFICE = _Kind("OSP", "ADMC", "NJ", (22_737, 28_770))
_BUSINESS = _Kind("OSP", "BUSS", "NJ", (36_648, 47_420))
_CARETAKER = _Kind("OSP", "CTKR", "NJ", (22_737, 25_979))
_FIRST = (_HEAD, _DEPUTY, _BUSINESS, _OFFICE, _CARETAKER)
_REST = (_TEACHER, _TEACHER, _UPPER, _ASSISTANT, _TEACHER, _ASSISTANT, _UPPER, _OFFICE)


@dataclass(frozen=True, slots=True)
class StaffSample:
    """A file to be: what its header says, and its members as often as asked for."""

    header: Header
    staff: int
    seed: int
    today: date

    def records(self) -> Iterator[dict[str, Any]]:
        """Make the members' records, each when it is asked for; more of the same ones if more are asked for."""
        school = f"{self.header.source_la}/{self.header.source_school}"
        seed = int.from_bytes(hashlib.sha256(f"{self.seed}/staff/{school}".encode()).digest()[:8])
        dice = Dice()
        for number in range(self.staff):
            dice.seed(seed + number)
            kind = _FIRST[number] if number < len(_FIRST) else _REST[number % len(_REST)]
            yield _Member(dice, self, kind, seed % 10_000 * 100 + number).record()


def make_staff(
    *,
    la: str,
    school: str,
    destination_la: str,
    staff: int,
    seed: int,
    qualifier: Literal["full", "partial"] = "full",
    today: date | None = None,
) -> StaffSample:
    """Make up the staff of a school for a personnel file to ``destination_la``; ``today`` is by default London's."""
    today = today or datetime.now(ZoneInfo("Europe/London")).date()
    header = Header(
        kind="PER",
        version=PER_VERSIONS[-1],
        document_name="Personnel",
        created=datetime.combine(today, _CREATED_AT),
        qualifier=qualifier,
        supplier=SUPPLIER,
        source_la=la,
        source_school=school,
        school_name=places.school_name(la, school),
        academic_year=academic_year_of(today.year, today.month),
        destination_la=destination_la,
        destination_school="LLLL",
    )
    return StaffSample(header, staff, seed, today)


@dataclass(slots=True)
class _Member:
    dice: Dice
    sample: StaffSample
    kind: _Kind
    number: int
    came: date = field(init=False)

    def record(self) -> dict[str, Any]:
        dice, kind = self.dice, self.kind
        heritage = dice.pick(heritages())
        woman = dice.chance(0.74)
        given, family = dice.pick(heritage.women if woman else heritage.men), dice.pick(heritage.surnames)
        year = self.sample.header.academic_year
        self.came = date(year - dice.number(1, 14), 9, 1)
        born = date(self.came.year - dice.number(23, 44), dice.number(1, 12), dice.number(1, 28))
        details: dict[str, Any] = {
            "StaffMemberName": {"PersonFamilyName": family, "GivenNames": [{"PersonGivenName": given}]},
            "NINumber": f"QQ{self.number % 1_000_000:06}{'ABCD'[self.number % 4]}",
            "Sex": "F" if woman else "M",
            "PersonBirthDate": born.isoformat(),
            "Ethnicity": dice.pick(heritage.ethnicities),
            "Disability": "NO",
            "HLTAStatus": "false",
            "Title": "Ms" if woman else "Mr",
            "EmployeeNumber": f"{100_000 + self.number % 900_000}",
            "GUID": dice.guid(),
        }
        if kind.teaches:
            details |= {
                "TeacherNumber": f"00{self.number % 100_000:05}",
                "QTS": "true",
                "QTLS": "false",
                "EYTS": "false",
            }
        if kind in (_HEAD, _DEPUTY, _BUSINESS):
            details["SLT"] = "true"
        if woman and dice.chance(0.2):
            details["FormerFamilyNames"] = [dice.pick(heritage.surnames)]
        record: dict[str, Any] = {"StaffDetails": details, "ContractOrServiceGroup": [self._contract()]}
        if dice.chance(0.35):
            record["Absences"] = [self._absence()]
        if kind.teaches:
            record["Qualifications"] = [{"QualificationCode": "FRST", "ClassOfDegree": dice.pick(("1", "2", "3"))}]
            if dice.chance(0.7):
                record["Qualifications"].append({"QualificationCode": "PGCE"})
        address = places.address(dice, self.sample.header.source_la)
        record["StaffContact"] = {
            "Address": address,
            "Phones": [{"TelephoneType": "M", "PhoneNo": mobile(dice)}],
            "Email": mail_address(given, family),
        }
        return record

    def _contract(self) -> dict[str, Any]:
        dice, kind = self.dice, self.kind
        least, most = kind.pay
        pay = least + dice.number(0, 6) * (most - least) // 6
        hours = "32.50" if kind.teaches else dice.pick(("37.00", "32.50", "20.00"))
        full = "32.50" if kind.teaches else "37.00"
        details: dict[str, Any] = {
            "Payments": {
                "PayRange": kind.pay_range,
                "PayFramework": "2014",
                "PayRangeMinimum": f"{least}.00",
                "PayRangeMaximum": f"{most}.00",
                "BasePay": f"{pay}.00",
                "SafeguardedSalary": "false",
            },
            "Hours": {
                "HoursPerWeek": hours,
                "FTEHours": full,
                "WeeksPerYear": "52" if kind.teaches else dice.pick(("39", "52")),
            },
        }
        if kind is _UPPER and dice.chance(0.5):
            payment = {"PaymentType": "TLE", "PaymentAmount": "3391.00", "PayStartDate": self.came.isoformat()}
            details["AdditionalPayments"] = [payment]
        return {
            "ContractType": "PRM",
            "ContractStart": self.came.isoformat(),
            "Post": kind.post,
            "SchoolArrivalDate": self.came.isoformat(),
            "DailyRate": "N",
            "Origin": "TCHLEA" if kind.teaches else "NOTKNW",
            "LASchoolLevel": "S",
            "PostLevelDetails": details,
            "Roles": [{"RoleIdentifier": kind.role}],
        }

    def _absence(self) -> dict[str, str]:
        began = self.sample.today - timedelta(days=self.dice.number(20, 120))
        days = self.dice.number(1, 5)
        return {
            "FirstDayOfAbsence": began.isoformat(),
            "LastDayOfAbsence": (began + timedelta(days=days - 1)).isoformat(),
            "WorkingDaysLost": f"{days}.0",
            "AbsenceCategory": self.dice.pick(("SIC", "SIC", "SIC", "OTH", "TRN")),
        }
