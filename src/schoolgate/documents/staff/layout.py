"""Where things stand in a personnel file.

INFERRED, all of it and the frame in ``schemas/per-1.0.xsd``: of the original file nothing is public but that it is XML
and holds the school's name, LA number and number (reference 7.7). The header is the pupil file's, the member that of
the School Workforce Census.
"""

from schoolgate.documents.students.layout import Layout, fields_of

PER_LAYOUT = Layout(
    "PER",
    "PERfile",
    "SchoolWorkforceMembers",
    "SchoolWorkforceMember",
    fields_of("PERversion"),
    person="member of staff",
)
PER_VERSIONS = ("1.0",)
