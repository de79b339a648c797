from datetime import datetime
from functools import cached_property
from typing import Any, Self

from django.db import models

from schoolgate.school.exchange.models.destination import Destination
from schoolgate.school.exchange.models.login import Login, four_digits, resting, three_digits
from schoolgate.school.exchange.models.school import School
from schoolgate.school.exchange.preferences import PERSONNEL_URL


class PersonnelSchoolQuerySet(models.QuerySet["PersonnelSchool"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody who sends files may know the schools; the password shows itself to nobody."""
        return self if user.role in {"administrator", "sender"} else self.none()

    def at(self, place: str) -> Self:
        """The one whose folders are this place (``places``)."""
        return self.filter(la=place[:3], number=place[3:])

    def resting(self, now: datetime) -> Self:
        """Those that nothing can be sent for now."""
        return self.filter(resting(now))


class PersonnelSchool(Login):
    """A school whose personnel files go to its LA and come from it (handbook 06, "Adding School Details").

    Name and numbers are those that stand in its files; the folders are chosen by a person. It is the login and, with
    the one address of all, the line too, so that its `trouble` is that of either. Without a user name of its own it
    uses the account that the school has at its LA for pupil files: one account serves both kinds.
    """

    name = models.CharField("School Name", max_length=150)
    la = models.CharField("LA No.", max_length=3, validators=[three_digits])
    number = models.CharField("School No.", max_length=4, validators=[four_digits])
    not_exported = models.CharField("Files Not Exported", max_length=500)
    exported = models.CharField("Files Exported", max_length=500)
    imported = models.CharField("Files Imported", max_length=500)
    own_contact = models.CharField(max_length=200, blank=True, editable=False)
    folder_trouble = models.CharField(max_length=300, blank=True, editable=False)
    """Why the last look into *Files Not Exported* found nothing out."""
    import_trouble = models.CharField(max_length=300, blank=True, editable=False)
    """Why the last import put nothing, or not all, into *Files Imported*."""
    imported_at = models.DateTimeField("last import", null=True, editable=False)

    objects = PersonnelSchoolQuerySet.as_manager()

    class Meta:
        ordering = ("la", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("la", "number"),
                name="one_personnel_row_a_school",
                violation_error_message="There is a row for this school already.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.la} {self.number})"

    @property
    def base(self) -> str:
        """The school as seven digits."""
        return self.la + self.number

    @property
    def place(self) -> str:
        """The place that its files are sent from (``places``)."""
        return self.base

    @property
    def address(self) -> str:
        """The one address of all schools; empty until somebody entered it."""
        return PERSONNEL_URL.get()

    @property
    def has_trouble(self) -> bool:
        """Whether anything stands in the way of its files, in either direction."""
        return bool(self.trouble or self.folder_trouble or self.import_trouble)

    @cached_property
    def lender(self) -> School | None:
        """The row for pupil files whose account is used, where this one has none of its own."""
        return self._find_lender()

    @property
    def credentials(self) -> tuple[str, str]:
        lender = self.lender
        return lender.credentials if lender else super().credentials

    @property
    def account_row(self) -> School | None:
        """The row for pupil files that has the same account, lent or entered twice: there its password is changed."""
        rows = School.objects.with_own_credentials().filter(la=self.la, number=self.number, destination_la=self.la)
        return self.lender or rows.filter(user=self.user).first()

    def read_account(self) -> None:
        super().read_account()
        self.lender = self._find_lender()
        self.contact = self._find_contact()

    def _find_lender(self) -> School | None:
        rows = School.objects.with_own_credentials()
        return None if self.user else rows.filter(la=self.la, number=self.number, destination_la=self.la).first()

    @cached_property
    def contact(self) -> str:
        """Name, telephone and hours of whoever helps at the LA; empty when they are not known."""
        return self._find_contact()

    def _find_contact(self) -> str:
        return self.own_contact or Destination.objects.contact_of(self.la)

    @property
    def whom_to_ask(self) -> str:
        return self.contact
