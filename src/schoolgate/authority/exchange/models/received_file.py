from typing import Any, Self

from django.conf import settings
from django.db import models

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.import_outcome import outcome_of
from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.models.visible import STAFF

BY_PROGRAM, BY_PORTAL = "program", "portal"
"""By which door a file came: the exchange API, or a person's browser in the School Portal."""


class ReceivedFileQuerySet(models.QuerySet["ReceivedFile"]):
    def visible_to(self, user: Any) -> Self:
        """The files of the bases this user may know of."""
        # Staff know of all bases: asked which, SQLite reads the files base by base, and sorts them all for one page.
        return self if user.role in STAFF else self.filter(base__in=Base.objects.visible_to(user))

    def of_account(self, account: Any) -> Self:
        """The files of the bases this exchange account serves today."""
        return self.filter(base__in=Base.objects.open_to(account))

    def with_name_used_before(self) -> Self:
        """Those of whose base an earlier file has the same name and other bytes."""
        earlier = ReceivedFile.objects.filter(
            base=models.OuterRef("base"), kind=models.OuterRef("kind"), name=models.OuterRef("name")
        ).filter(pk__lt=models.OuterRef("pk"))
        return self.filter(models.Exists(earlier))


class ReceivedFile(models.Model):
    """A file that arrived whole, was written durably and got its receipt.

    Its identity is base, kind, name and the digest of its plain bytes; `size` is in bytes of plain XML.
    The bytes lie in the FileStore under `sha256`, until `content_gone_at` (retention).
    """

    base = models.ForeignKey(Base, models.PROTECT, related_name="received_files")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    via = models.CharField(
        max_length=12, choices=[(BY_PROGRAM, "School's program"), (BY_PORTAL, "School Portal")], default=BY_PROGRAM
    )
    received_at = models.DateTimeField(db_index=True)
    outcome_changed_at = models.DateTimeField(db_index=True)
    content_gone_at = models.DateTimeField(null=True)
    ref = models.CharField(max_length=24, unique=True, null=True)  # noqa: DJ001  empty only within its own commit
    receipt = models.TextField()
    its_import = models.OneToOneField(Import, models.PROTECT, null=True, related_name="file")

    objects = ReceivedFileQuerySet.as_manager()

    class Meta:
        ordering = ("-received_at", "-id")
        indexes = (
            models.Index(
                fields=("received_at",), condition=models.Q(content_gone_at=None), name="received_content_kept"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("base", "kind", "name", "sha256"), name="one_row_a_received_file"),
        )

    @property
    def outcome(self) -> dict[str, Any]:
        """What became of the file, as the API tells it. What came before there was an importer is queued, too."""
        if self.its_import is None:
            return {"state": "queued", "counts": {}, "problems": []}
        return outcome_of(self.its_import)
