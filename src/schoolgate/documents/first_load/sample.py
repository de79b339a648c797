"""Made-up pupils as another system would have exported them: a CSV with every column known here."""

import csv
from collections.abc import Callable, Iterable
from typing import TextIO

from schoolgate.documents.first_load.columns import COLUMNS, taken_apart
from schoolgate.documents.samples.students import StudentSample


def write_first_load_sample(
    stream: TextIO, samples: Iterable[StudentSample], *, on_pupil: Callable[[], None] | None = None
) -> None:
    """Write the pupils of several made-up schools to ``stream`` (opened with ``newline=""``), one row each.

    They are the pupils of the student files made of the same samples, as far as a row can tell.
    """
    table = csv.DictWriter(stream, [column.name for column in COLUMNS], restval="")
    table.writeheader()
    for sample in samples:
        place = {"la": sample.header.source_la, "school_number": sample.header.source_school}
        for record in sample.records():
            table.writerow({**taken_apart(record), **place})
            if on_pupil:
                on_pupil()
