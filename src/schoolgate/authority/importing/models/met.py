import json
import zlib
from collections.abc import Mapping

from django.db import models

from schoolgate.authority.importing.models.source_import import Import
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.models.visible import ForStaff


class Met(models.Model):
    """Whom a portion of an import met, and what became of each: who is behind the import's counts.

    `packed` is deflated JSON: numbers of pupils by their fate (`counting.fate_of`). A number may be of a pupil who is
    gone. Rows of pupils move on with the next import, so that of those who stayed the same nothing else tells.
    """

    of = models.ForeignKey(Import, models.CASCADE, related_name="met")
    packed = models.BinaryField()

    objects = ForStaff["Met"].as_manager()

    def __repr__(self) -> str:
        return f"<Met {self.pk}>"

    @classmethod
    def keep(cls, this: Import, fates: Mapping[str, list[int]]) -> None:
        """Keep who met which fate, in the transaction that counts them."""
        if fates:
            cls.objects.create(of=this, packed=zlib.compress(canonical(fates).encode()))

    @property
    def fates(self) -> dict[str, list[int]]:
        """Numbers of pupils by their fate."""
        fates: dict[str, list[int]] = json.loads(zlib.decompress(bytes(self.packed)))
        return fates
