"""Ethnicity, nationality and language; for Wales what NAWdetails says of them (reference 4.3 and 4.4)."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import DATE, Events, Fields, Open, Set, code

_LANGUAGE = Fields({"LanguageType": code("language_type"), "Language": code("language")}, on_one_line=True)
_PROFICIENCY = Fields(
    {"ProficiencyInEnglish": code("english_proficiency"), "ProficiencyInEnglishDate": DATE}, on_one_line=True
)

ETHNICITY = DataGroup(
    number=6,
    name="ethnicity-and-language",
    label="Ethnicity and language",
    of="pupil",
    items=(
        Item("BasicDetails/Ethnicity", code("ethnicity")),
        Item("BasicDetails/EthnicitySource", code("source")),
        Item("BasicDetails/CountryofBirth", code("country")),
        Item("BasicDetails/Nationalities", Set(code("country"))),
        Item("BasicDetails/Languages", Set(_LANGUAGE)),
        Item("BasicDetails/EnglishProficiencies", Events(_PROFICIENCY, keys=(("ProficiencyInEnglishDate",),))),
        Item(
            "NAWdetails",
            Open(("SpeakWelsh", "HomeWelsh", "NationalIdentity", "WelshSource", "EALacquisition", "LanguageSource")),
        ),
    ),
)
