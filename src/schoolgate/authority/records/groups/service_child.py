"""Children of people in the armed forces (reference 4.4 and 6.13). The concerns are of one assessment: one value."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import DATE, TEXT, Fields, code

_CONCERN = code("service_concern")

SERVICE_CHILD = DataGroup(
    number=9,
    name="service-child",
    label="Service child",
    of="pupil",
    items=(
        Item("BasicDetails/ServiceChild", code("service_child")),
        Item("BasicDetails/ServiceChildSource", code("source")),
        Item(
            "ServiceChildConcerns",
            Fields(
                {
                    "MoveConcern": _CONCERN,
                    "DeployConcern": _CONCERN,
                    "SepConcern": _CONCERN,
                    "ConcernDetails": TEXT,
                    "DateOfAssessment": DATE,
                }
            ),
        ),
    ),
)
