"""An office's words for the items of a member of staff, where to correct them, and what is allowed.

Systems differ; the panels named are those that most of them have. `students.wording` looks here for what is below a
member of staff.
"""

from schoolgate.documents.students.item import Item

_BASIC = "staff > Basic details"
_PROFESSIONAL = "staff > Professional details"
_ADDRESS = "staff > Addresses"
_PHONES = "staff > Telephones and e-mails"
_CONTRACTS = "staff > Contracts"
_ROLES = "staff > Contracts > Roles"
_PAY = "staff > Contracts > Pay"
_HOURS = "staff > Contracts > Hours"
_ABSENCES = "staff > Absences"
_TIMETABLE = "the timetable"
_QUALIFICATIONS = "staff > Qualifications"

STAFF_ITEMS: dict[str, Item] = {
    "SchoolWorkforceMember": Item("The member's record", "staff"),
    "StaffDetails": Item("Basic details", _BASIC),
    "TeacherNumber": Item("Teacher number", _PROFESSIONAL),
    "StaffMemberName": Item("Name", _BASIC),
    "PersonFamilyName": Item("Family name", _BASIC),
    "GivenNames": Item("Given names", _BASIC),
    "GivenName": Item("Given name", _BASIC),
    "PersonGivenName": Item("Given name", _BASIC),
    "FormerFamilyNames": Item("Former family names", _BASIC),
    "FormerFamilyNames/PersonFamilyName": Item("Former family name", _BASIC),
    "NINumber": Item("National Insurance number", _BASIC),
    "GenderCurrent": Item("Sex", _BASIC),
    "StaffDetails/Sex": Item("Sex", _BASIC),
    "PersonBirthDate": Item("Date of birth", _BASIC),
    "StaffDetails/Ethnicity": Item("Ethnicity", _BASIC),
    "StaffDetails/Disability": Item("Disability", _BASIC),
    "QTS": Item("Qualified teacher status", _PROFESSIONAL),
    "QTLS": Item("Qualified teacher learning and skills status", _PROFESSIONAL),
    "EYTS": Item("Early years teacher status", _PROFESSIONAL),
    "HLTAStatus": Item("Higher level teaching assistant", _PROFESSIONAL),
    "QTSRoute": Item("Route to qualified teacher status", _PROFESSIONAL),
    "SLT": Item("Senior leadership team", _PROFESSIONAL),
    "StaffDetails/Title": Item("Title", _BASIC),
    "PreferredFamilyName": Item("Preferred family name", _BASIC),
    "PreferredGivenName": Item("Preferred given name", _BASIC),
    "EmployeeNumber": Item("Employee number", _BASIC),
    "StaffDetails/GUID": Item("The system's key (GUID)", "staff"),
    "ContractOrServiceGroup": Item("Contracts", _CONTRACTS),
    "ContractOrService": Item("Contract", _CONTRACTS),
    "ContractType": Item("Type of contract", _CONTRACTS),
    "ContractStart": Item("Start of the contract", _CONTRACTS),
    "ContractEnd": Item("End of the contract", _CONTRACTS),
    "Post": Item("Post", _CONTRACTS),
    "SchoolArrivalDate": Item("Date of arrival at the school", _CONTRACTS),
    "DailyRate": Item("Paid by the day", _CONTRACTS),
    "DestinationCode": Item("Destination", _CONTRACTS),
    "Origin": Item("Origin", _CONTRACTS),
    "ContractOrService/LeavingReason": Item("Reason for leaving", _CONTRACTS),
    "PayReviewDate": Item("Date of the pay review", _PAY),
    "LASchoolLevel": Item("Contract with LA or school", _CONTRACTS),
    "ContractOrService/Estab": Item("School number of the contract", _CONTRACTS),
    "PostLevelDetails": Item("Pay and hours of the post", _PAY),
    "Roles": Item("Roles", _ROLES),
    "Role": Item("Role", _ROLES),
    "RoleIdentifier": Item("Role", _ROLES),
    "RoleLevelDetails": Item("Pay and hours of the role", _ROLES),
    "Payments": Item("Pay", _PAY),
    "PayRange": Item("Pay range", _PAY),
    "PayFramework": Item("Pay framework", _PAY),
    "PayRangeMinimum": Item("Bottom of the pay range", _PAY),
    "PayRangeMaximum": Item("Top of the pay range", _PAY),
    "BasePay": Item("Base pay", _PAY),
    "SafeguardedSalary": Item("Safeguarded salary", _PAY),
    "AdditionalPayments": Item("Additional payments", _PAY),
    "AdditionalPayment": Item("Additional payment", _PAY),
    "PaymentType": Item("Kind of additional payment", _PAY),
    "PaymentAmount": Item("Amount of an additional payment", _PAY),
    "PayStartDate": Item("Start of an additional payment", _PAY),
    "PayEndDate": Item("End of an additional payment", _PAY),
    "Hours": Item("Hours", _HOURS),
    "HoursPerWeek": Item("Hours a week", _HOURS),
    "FTEHours": Item("Full-time hours a week", _HOURS),
    "WeeksPerYear": Item("Weeks a year", _HOURS),
    "Absences": Item("Absences", _ABSENCES),
    "Absence": Item("Absence", _ABSENCES),
    "FirstDayOfAbsence": Item("First day of absence", _ABSENCES),
    "LastDayOfAbsence": Item("Last day of absence", _ABSENCES),
    "WorkingDaysLost": Item("Working days lost", _ABSENCES),
    "AbsenceCategory": Item("Category of absence", _ABSENCES),
    "Curriculums": Item("Subjects taught", _TIMETABLE),
    "Curriculum": Item("Subject taught", _TIMETABLE),
    "Curriculum/Subject": Item("Subject", _TIMETABLE),
    "YearGroup": Item("Year group", _TIMETABLE),
    "SubjectHours": Item("Hours of the subject", _TIMETABLE),
    "Qualifications": Item("Qualifications", _QUALIFICATIONS),
    "Qualification": Item("Qualification", _QUALIFICATIONS),
    "QualificationCode": Item("Kind of qualification", _QUALIFICATIONS),
    "ClassOfDegree": Item("Class of degree", _QUALIFICATIONS),
    "Subjects": Item("Subjects of a qualification", _QUALIFICATIONS),
    "QualificationSubject": Item("Subject of a qualification", _QUALIFICATIONS),
    "StaffContact": Item("Address and telephones", _ADDRESS),
    "StaffContact/Email": Item("E-mail address", _PHONES),
    "PERversion": Item("Version of the file", "the settings of the export"),
}
"""As `students.wording.ITEMS`: by element, or by parent and element where the same name means different things."""

STAFF_TYPES: dict[str, str] = {
    "DegreeSubject": "a letter and three digits, like G100",
    "GenderCurrent": "0, 1, 2 or 9",
    "HoursOfWeek": "hours from 0 to 99.99",
    "LevelOfContract": "L for the LA or S for the school",
    "NINumber": "two letters, six digits and A, B, C or D, without blanks",
    "Pay": "pounds above 0, at most 999999.99, with at most two decimal places",
    "PayFramework": "Pre 2014 or 2014",
    "SubjectHours": "hours from 0.01 to 40",
    "TeacherNumber": "seven digits",
    "Weeks": "weeks from 0 to 53",
    "WorkingDays": "days from 0 to 999.9",
    "YesOrNo": "Y or N",
}
"""As `students.wording.TYPES`."""
