"""Two who give the same list of tasks at one moment: the second finds the first's tasks."""

import pytest
from tests.authority.collection.task_lists import csv
from tests.authority.collection.test_locks_at_once import first_and_second

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import ScheduledTask
from schoolgate.authority.collection.task_import import carry_out
from schoolgate.authority.collection.tasks_csv import read_tasks

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_list_that_two_give_at_once_is_taken_once(green_abbey: Base) -> None:
    def take() -> object:
        return carry_out(read_tasks(csv({}, {"Task Name": "Other"})), words="tasks.csv", by=None)

    assert first_and_second(take, take) is None
    assert ScheduledTask.objects.count() == 2
