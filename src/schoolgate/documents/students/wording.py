"""An office's words for the items of a pupil, where to correct them, and what is allowed.

Data first: ``ITEMS`` names the elements, ``TYPES`` says what a simple type takes. MIS differ; the panels named
are those that most of them have.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from schoolgate.documents.codes.code_sets import CodeSet, code_set, code_set_names
from schoolgate.documents.staff.wording import STAFF_ITEMS, STAFF_TYPES
from schoolgate.documents.students.item import Item

_BASIC = "pupil > Basic details"
_ETHNIC = "pupil > Ethnic/Cultural"
_ADDRESS = "pupil > Addresses"
_PHONES = "pupil > Telephones and e-mails"
_FAMILY = "pupil > Family/Home > contact"
_SEN = "pupil > SEN"
_FSM = "pupil > Dietary > Free school meals"
_WELFARE = "pupil > Welfare"
_SERVICE = "pupil > Additional information > Service child"
_ATTENDANCE = "pupil > Attendance"
_EXCLUSIONS = "pupil > Exclusions and suspensions"
_ASSESSMENT = "pupil > Assessment"
_HISTORY = "pupil > School history"
_EXPORT = "the settings of the export"
_HEADER = "the settings of the export > School"

# By element, or by parent and element where the same name means different things; the longer key wins.
ITEMS: dict[str, Item] = {
    "UPN": Item("UPN", "pupil > Registration > UPN"),
    "FormerUPN": Item("Former UPN", "pupil > Registration > Former UPN"),
    "UniqueLearnerNumber": Item("ULN", "pupil > Registration > ULN"),
    "UCI": Item("UCI (exam candidate number)", "pupil > Registration > UCI"),
    "Surname": Item("Legal surname", _BASIC),
    "Forename": Item("Legal forename", _BASIC),
    "MiddleNames": Item("Middle names", _BASIC),
    "PreferredSurname": Item("Preferred surname", _BASIC),
    "PreferredForename": Item("Preferred forename", _BASIC),
    "FormerSurname": Item("Former surname", _BASIC),
    "DOB": Item("Date of birth", _BASIC),
    "Sex": Item("Sex", _BASIC),
    "Gender": Item("Sex", _BASIC),
    "BasicDetails": Item("Basic details", _BASIC),
    "NCyearActual": Item("Year group", "pupil > Registration > Year group"),
    "EnrolStatus": Item("Enrolment status", "pupil > Registration > Enrolment status"),
    "MedicalFlag": Item("Medical flag", "pupil > Medical"),
    "Disabilities": Item("Disabilities", "pupil > Medical > Disabilities"),
    "Disability": Item("Disability", "pupil > Medical > Disabilities"),
    "Ethnicity": Item("Ethnicity", _ETHNIC),
    "EthnicitySource": Item("Source of ethnicity", _ETHNIC),
    "Languages": Item("Languages", _ETHNIC),
    "Type": Item("Language", _ETHNIC),
    "LanguageType": Item("Kind of language", _ETHNIC),
    "Language": Item("Language", _ETHNIC),
    "Nationalities": Item("Nationalities", _ETHNIC),
    "Nationality": Item("Nationality", _ETHNIC),
    "CountryofBirth": Item("Country of birth", _ETHNIC),
    "EnglishProficiencies": Item("Proficiency in English", _ETHNIC),
    "EnglishProficiency": Item("Proficiency in English", _ETHNIC),
    "ProficiencyInEnglish": Item("Proficiency in English", _ETHNIC),
    "ProficiencyInEnglishDate": Item("Date of proficiency in English", _ETHNIC),
    "ServiceChild": Item("Service child", _SERVICE),
    "ServiceChildSource": Item("Source of service child", _SERVICE),
    "ServiceChildConcerns": Item("Concerns for a service child", _SERVICE),
    "MoveConcern": Item("Concern on moving", _SERVICE),
    "DeployConcern": Item("Concern on deployment", _SERVICE),
    "SepConcern": Item("Concern on separation", _SERVICE),
    "ConcernDetails": Item("Details of a concern", _SERVICE),
    "DateOfAssessment": Item("Date of assessment", _SERVICE),
    "FSMhistory": Item("Free school meals", _FSM),
    "FSMinstance": Item("Free school meals", _FSM),
    "FSMreviewDate": Item("Review date of free school meals", _FSM),
    "FSMstartDate": Item("Start of free school meals", _FSM),
    "FSMendDate": Item("End of free school meals", _FSM),
    "UKcountry": Item("Country of free school meals", _FSM),
    "NAWdetails": Item("Welsh details", _ETHNIC),
    "SpeakWelsh": Item("Speaks Welsh", _ETHNIC),
    "HomeWelsh": Item("Welsh at home", _ETHNIC),
    "NationalIdentity": Item("National identity", _ETHNIC),
    "WelshSource": Item("Source of Welsh details", _ETHNIC),
    "EALacquisition": Item("Stage of English", _ETHNIC),
    "LanguageSource": Item("Source of language", _ETHNIC),
    "LookedAfter": Item("Looked after", _WELFARE),
    "InCare": Item("In care", _WELFARE),
    "CareAuthority": Item("Caring authority", _WELFARE),
    "SENhistory": Item("SEN", _SEN),
    "SEN": Item("SEN stage", _SEN),
    "SEN/StartDate": Item("Start of the SEN stage", _SEN),
    "SEN/EndDate": Item("End of the SEN stage", _SEN),
    "SENprovision": Item("SEN provision", _SEN),
    "SENneeds": Item("SEN needs", _SEN),
    "SENneed": Item("SEN need", _SEN),
    "NeedStartDate": Item("Start of a SEN need", _SEN),
    "NeedEndDate": Item("End of a SEN need", _SEN),
    "SENtypeRank": Item("Rank of a SEN need", _SEN),
    "SENtype": Item("Type of SEN need", _SEN),
    "Address": Item("Address", _ADDRESS),
    "BS7666Address": Item("Address", _ADDRESS),
    "SAON": Item("Flat or part of the building", _ADDRESS),
    "PAON": Item("House number or name", _ADDRESS),
    "Street": Item("Street", _ADDRESS),
    "Locality": Item("Locality", _ADDRESS),
    "Town": Item("Town", _ADDRESS),
    "AdministrativeArea": Item("Administrative area", _ADDRESS),
    "PostTown": Item("Post town", _ADDRESS),
    "UniquePropertyReferenceNumber": Item("UPRN", _ADDRESS),
    "AddressLines": Item("Address lines", _ADDRESS),
    "AddressLine1": Item("Address line 1", _ADDRESS),
    "AddressLine2": Item("Address line 2", _ADDRESS),
    "AddressLine3": Item("Address line 3", _ADDRESS),
    "AddressLine4": Item("Address line 4", _ADDRESS),
    "AddressLine5": Item("Address line 5", _ADDRESS),
    "County": Item("County", _ADDRESS),
    "PostCode": Item("Post code", _ADDRESS),
    "Zip": Item("Foreign post code", _ADDRESS),
    "Country": Item("Country", _ADDRESS),
    "Easting": Item("Easting", _ADDRESS),
    "Northing": Item("Northing", _ADDRESS),
    "AddressStartDate": Item("Start of the address", _ADDRESS),
    "AddressEndDate": Item("End of the address", _ADDRESS),
    "AddressAsPupil": Item("Lives with the pupil", _FAMILY),
    "Phones": Item("Telephones", _PHONES),
    "Phone": Item("Telephone", _PHONES),
    "TelephoneType": Item("Kind of telephone", _PHONES),
    "PhoneNo": Item("Telephone number", _PHONES),
    "Email": Item("E-mail address", _PHONES),
    "Contacts": Item("Contacts", _FAMILY),
    "Contact": Item("Contact", _FAMILY),
    "Order": Item("Order of the contact", _FAMILY),
    "Title": Item("Contact's title", _FAMILY),
    "Contact/Surname": Item("Contact's surname", _FAMILY),
    "Contact/Forename": Item("Contact's forename", _FAMILY),
    "Contact/MiddleNames": Item("Contact's middle names", _FAMILY),
    "Contact/Sex": Item("Contact's sex", _FAMILY),
    "Contact/Gender": Item("Contact's sex", _FAMILY),
    "Contact/Email": Item("Contact's e-mail address", _FAMILY),
    "Relationship": Item("Relationship of the contact", _FAMILY),
    "Responsibility": Item("Parental responsibility", _FAMILY),
    "Attendance": Item("Attendance", _ATTENDANCE),
    "YearData": Item("Attendance of a year", _ATTENDANCE),
    "SessionsPossible": Item("Possible sessions", _ATTENDANCE),
    "SessionsAuthorised": Item("Authorised absences", _ATTENDANCE),
    "SessionsAttended": Item("Sessions attended", _ATTENDANCE),
    "SessionsUnauthorised": Item("Unauthorised absences", _ATTENDANCE),
    "AttendSessions": Item("Attendance marks", _ATTENDANCE),
    "AttendanceStartDate": Item("First day of the marks", _ATTENDANCE),
    "AttendanceMarks": Item("Attendance marks", _ATTENDANCE),
    "Exclusions": Item("Exclusions", _EXCLUSIONS),
    "Exclusion": Item("Exclusion", _EXCLUSIONS),
    "Category": Item("Category of exclusion", _EXCLUSIONS),
    "Reasons": Item("Reasons of exclusion", _EXCLUSIONS),
    "Reason": Item("Reason of exclusion", _EXCLUSIONS),
    "Exclusion/StartDate": Item("Start of exclusion", _EXCLUSIONS),
    "Exclusion/EndDate": Item("End of exclusion", _EXCLUSIONS),
    "SchoolDays": Item("Length of exclusion in days", _EXCLUSIONS),
    "StartTime": Item("First session of exclusion", _EXCLUSIONS),
    "StageAssessments": Item("Assessments", _ASSESSMENT),
    "KeyStage": Item("Assessments of a stage", _ASSESSMENT),
    "Stage": Item("Stage", _ASSESSMENT),
    "StageAssessment": Item("Assessment", _ASSESSMENT),
    "Locale": Item("Country of the assessment", _ASSESSMENT),
    "StageAssessment/Year": Item("Year of the assessment", _ASSESSMENT),
    "Subject": Item("Subject", _ASSESSMENT),
    "Method": Item("Method of assessment", _ASSESSMENT),
    "Component": Item("Component", _ASSESSMENT),
    "ResultStatus": Item("Status of the result", _ASSESSMENT),
    "ResultQualifier": Item("Kind of result", _ASSESSMENT),
    "Result": Item("Result", _ASSESSMENT),
    "ResultDate": Item("Date of the result", _ASSESSMENT),
    "SchoolHistory": Item("School history", _HISTORY),
    "School": Item("Former school", _HISTORY),
    "EntryDate": Item("Date of entry", _HISTORY),
    "LeavingDate": Item("Date of leaving", _HISTORY),
    "LeavingReason": Item("Reason for leaving", _HISTORY),
    "RemovalGrounds": Item("Grounds for removal from roll", _HISTORY),
    "LastSchool": Item("Last school", _HISTORY),
    "LEA": Item("LA number", _HISTORY),
    "Estab": Item("School number", _HISTORY),
    "URN": Item("URN", _HISTORY),
    "SchoolName": Item("Name of the school", _HISTORY),
    "YearData/Year": Item("Year of the attendance", _ATTENDANCE),
    "YearData/LEA": Item("LA number of the attendance", _ATTENDANCE),
    "YearData/Estab": Item("School number of the attendance", _ATTENDANCE),
    "YearData/URN": Item("URN of the attendance", _ATTENDANCE),
    "YearData/SchoolName": Item("School of the attendance", _ATTENDANCE),
    "SuppInfo": Item("Additions of the MIS", "pupil"),
    "SuppID": Item("Additions of the MIS", "pupil"),
    "GUID": Item("The MIS's key (GUID)", "pupil"),
    "Pupil": Item("The pupil's record", "pupil"),
    "Header": Item("The file's header", _EXPORT),
    "DocumentName": Item("Name of the document", _EXPORT),
    "CESversion": Item("Version of the file", _EXPORT),
    "CTFversion": Item("Version of the file", _EXPORT),
    "DateTime": Item("Date and time of the file", _EXPORT),
    "DocumentQualifier": Item("Full or partial", _EXPORT),
    "DataQualifier": Item("Kind of partial file", _EXPORT),
    "DataDescriptor": Item("Description of the file", _EXPORT),
    "SupplierID": Item("Name of the MIS", _EXPORT),
    "SourceSchool": Item("The school", _HEADER),
    "DestSchool": Item("The destination", "the settings of the export > Destination"),
    "SourceSchool/LEA": Item("LA number of the school", _HEADER),
    "SourceSchool/Estab": Item("School number", _HEADER),
    "SourceSchool/URN": Item("URN of the school", _HEADER),
    "SourceSchool/SchoolName": Item("Name of the school", _HEADER),
    "AcademicYear": Item("Academic year", _HEADER),
    "DestSchool/LEA": Item("LA number of the destination", "the settings of the export > Destination"),
    "DestSchool/Estab": Item("School number of the destination", "the settings of the export > Destination"),
    "DestSchool/URN": Item("URN of the destination", "the settings of the export > Destination"),
    **STAFF_ITEMS,
}

# By simple type of types.xsd; code sets are told by their codes.
TYPES: dict[str, str] = {
    "AnyLanguage": "a code of the list of languages, or a local one of four letters",
    "ContactOrder": "a whole number from 1 to 10",
    "Date": "a date like 2014-09-01",
    "DateTime": "a date and time like 2026-11-20T18:30:05",
    "Email": "an address with one @ and no blanks, at most 254 characters",
    "Estab": "four digits, or XXXX, MMMM, LLLL",
    "GridReference": "a number up to 999999.9",
    "LA": "three digits, or XXX, MMM, NAA",
    "LANumber": "three digits",
    "Locale": "ENG or WAL",
    "Marks": "two marks for each calendar day, at most 999 characters",
    "Name35": "1 to 35 characters",
    "Phone": "digits, blanks, hyphens and brackets, a + only first, at most 35 characters",
    "PlaceNumber": "the school's number, or XXXX, MMMM, LLLL",
    "PostCode": "a post code in capitals with one blank, like BD1 1AA",
    "Qualifier": "full or partial",
    "Rank": "a whole number from 1",
    "SchoolDays": "at least 0.5 days",
    "SchoolNumber": "four digits",
    "SchoolOrLA": "four digits, or LLLL for the LA itself",
    "Session": "AM or PM",
    "Sessions": "a whole number from 0 to 400",
    "Subject": "three letters or digits",
    "Text20": "1 to 20 characters",
    "Text30": "1 to 30 characters",
    "Text40": "1 to 40 characters",
    "Text45": "1 to 45 characters",
    "Text9": "1 to 9 characters",
    "Text100": "1 to 100 characters",
    "Text255": "1 to 255 characters",
    "Text500": "1 to 500 characters",
    "UCI": "twelve digits, of which the sixth may be a letter, and a check letter",
    "ULN": "ten digits, the first not 0",
    "UPN": "a letter, eleven digits, and a digit or letter; never I, O or S",
    "UPRN": "1 to 12 digits, the first not 0",
    "URN": "six digits",
    "Year": "a year of four digits",
    "xs:boolean": "true or false",
    **STAFF_TYPES,
}

_FEW = 12

OF_STAFF = frozenset({"SchoolWorkforceMember", "StaffContact"})
"""Elements below which everything is of a member of staff."""


def item_for(steps: Sequence[str]) -> Item:
    """The words for what a path of element names leads to; an unknown name stands for itself."""
    for key in ("/".join(steps[-2:]), steps[-1]):
        if key in ITEMS:
            item = ITEMS[key]
            # An address is a pupil's or a member of staff's, and is kept with either.
            return item._replace(panel=item.panel.replace("pupil", "staff", 1)) if OF_STAFF & set(steps) else item
    return Item(steps[-1], next((ITEMS[step].panel for step in reversed(steps[:-1]) if step in ITEMS), "pupil"))


def remedy_for(item: Item) -> str:
    """What an office does next about a value."""
    return f"In your MIS open {item.panel} and correct: {item.words}. Save and export again."


SUPPLIERS_MATTER = "An office cannot correct this: send this message to your MIS supplier."
"""What to do next when the MIS itself wrote the file wrongly."""


@cache
def codes_of_type(type_name: str) -> CodeSet | None:
    """The code set behind a simple type: ``SenType`` is ``sen_type``."""
    sets = {type_of_code_set(name): name for name in code_set_names()}
    return code_set(sets[type_name]) if type_name in sets else None


def type_of_code_set(name: str) -> str:
    """The simple type that stands for a code set in the schemas."""
    return name.title().replace("_", "")


def allowed_for(type_name: str, academic_year: int | None = None) -> str:
    """What a simple type takes, in words; of a code set, what ``academic_year`` takes. Empty when not known."""
    codes = codes_of_type(type_name)
    if codes is None:
        return TYPES.get(type_name, "")
    taken = codes.codes(academic_year)
    if len(taken) <= _FEW:
        return f"one of {', '.join(taken)}"
    return f"one of {len(taken)} codes: {', '.join(taken[:_FEW])} ..."


def label_of(record: Mapping[str, object], number: int) -> str:
    """How an office recognises the child of a record, which stands in its file as number ``number``."""
    if isinstance(staff := record.get("StaffDetails"), dict):
        return staff_label(*_names_of(staff), number)
    details = record.get("BasicDetails")
    year = _leaf(details.get("NCyearActual")) if isinstance(details, dict) else ""
    return pupil_label(_leaf(record.get("Forename")), _leaf(record.get("Surname")), year, number)


def _leaf(value: object) -> str:
    return value if isinstance(value, str) else ""


def _names_of(staff: Mapping[str, object]) -> tuple[str, str]:
    name = staff.get("StaffMemberName")
    if not isinstance(name, dict):
        return "", ""
    givens = name.get("GivenNames")
    first = givens[0] if isinstance(givens, list) and givens else None
    return _leaf(first.get("PersonGivenName")) if isinstance(first, dict) else "", _leaf(name.get("PersonFamilyName"))


def staff_label(given: str, family: str, number: int) -> str:
    """How an office recognises a member of staff: ``Miriam H.``; ``Member 3`` when the names are missing."""
    return f"{given} {family[:1]}{'.' if family else ''}".strip() or f"Member {number}"


def pupil_label(forename: str, surname: str, year_group: str, number: int) -> str:
    """How an office recognises a child: ``Aisha K., Year 4``; ``Pupil 3`` when the names are missing."""
    name = f"{forename} {surname[:1]}{'.' if surname else ''}".strip()
    words = {"R": "Reception", "N1": "Nursery 1", "N2": "Nursery 2", "E1": "Early years 1", "E2": "Early years 2"}
    year = words.get(year_group) or (f"Year {year_group}" if year_group.isdecimal() else "")
    return ", ".join(part for part in (name or f"Pupil {number}", year) if part)
