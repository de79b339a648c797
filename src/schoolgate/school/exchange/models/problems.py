from django.db import models

from schoolgate.documents.problems import counts_by_kind


class WithProblems(models.Model):
    """What a check found in a file, in the shape of `documents.problems.Problem`.

    `problems` holds the first 1,000; `refusals` and `warnings` are the true numbers. Both may name children, so they
    stand on pages only.
    """

    problems = models.JSONField(default=list)
    refusals = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def total_problems(self) -> int:
        return self.refusals + self.warnings

    @property
    def counts_by_kind(self) -> list[tuple[str, int]]:
        """How many of the findings at hand are of each kind, the most frequent first."""
        return counts_by_kind(str(problem.get("item") or problem.get("code")) for problem in self.problems)
