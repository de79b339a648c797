"""Assessments by stage (reference 4.9), each known by what was assessed, how and when."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import DATE, TEXT, Events, Fields, code

_ASSESSMENT = Fields(
    {
        "Subject": TEXT,
        "Year": TEXT,
        "Method": TEXT,
        "Component": TEXT,
        "ResultStatus": code("result_status"),
        "ResultQualifier": code("result_qualifier"),
        "Result": TEXT,
        "ResultDate": DATE,
        "Locale": TEXT,
    }
)
_ASSESSED = ("Locale", "Year", "Subject", "Method", "ResultStatus", "ResultQualifier")
_STAGE = Fields(
    {
        "Stage": code("assessment_stage"),
        "StageAssessment": Events(
            _ASSESSMENT, keys=((*_ASSESSED, "Component", "ResultDate"), (*_ASSESSED, "Component"), _ASSESSED)
        ),
    }
)

ATTAINMENT = DataGroup(
    number=35,
    name="attainment",
    label="Attainment",
    of="enrolment",
    items=(Item("StageAssessments", Events(_STAGE, keys=(("Stage",),))),),
)
