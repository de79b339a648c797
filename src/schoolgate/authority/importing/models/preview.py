import json
import zlib
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils import timezone

from schoolgate.authority.importing.models.source_import import Import
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.models.visible import ForStaff


class Preview(models.Model):
    """What an import would do, as of `made_at`: nothing of it is written. It goes when the import is done.

    `pupils` are in the document, `counts` is as `Import.counts` would be, and `asks` are the questions it would wait
    with (`Waiting`). `packed` is deflated JSON: who would be new, and value by value what would be written, wait or be
    left out (`previewing.Outlook`). `upto_change`, `upto_decision` and `ruled_by` say what it was made by, so that it
    is known when it does not hold any more. `problems` tell why the document is refused whole, as `Import.problems`.
    """

    of = models.OneToOneField(Import, models.CASCADE, related_name="preview")
    made_at = models.DateTimeField(default=timezone.now)
    pupils = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    asks = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    packed = models.BinaryField(default=bytes)
    upto_change = models.BigIntegerField(default=0)
    upto_decision = models.BigIntegerField(default=0)
    ruled_by = models.TextField(blank=True)

    objects = ForStaff["Preview"].as_manager()

    def __repr__(self) -> str:
        return f"<Preview {self.pk}>"

    def pack(self, told: Mapping[str, Any]) -> None:
        """Hold who and what is behind the numbers; not saved yet."""
        self.packed = zlib.compress(canonical(told).encode())

    @property
    def told(self) -> dict[str, Any]:
        """What `pack` was given."""
        told: dict[str, Any] = json.loads(zlib.decompress(bytes(self.packed))) if self.packed else {}
        return told
