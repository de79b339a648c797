import json
import zlib
from collections.abc import Collection, Mapping

from django.db import models

from schoolgate.authority.importing.models.source_import import Import
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.leading_on import led_on
from schoolgate.authority.records.models.visible import ForStaff


class Met(models.Model):
    """Whom a portion of an import met, and what became of each: who is behind the import's counts.

    `packed` is deflated JSON: numbers of pupils by their fate (`counting.fate_of`). A number may be of a pupil who is
    gone; that of one who was merged leads on (`pupils_of`, `signs_of`). Rows of pupils move on with the next import, so
    that of those who stayed the same nothing else tells. `not_taken` are the places in the document, from 1, of those
    who were not taken, by the code that says why. `entered_packed` is, of those who came to the base by it, the sign of
    each one's entry by the pupil's number.
    """

    of = models.ForeignKey(Import, models.CASCADE, related_name="met")
    packed = models.BinaryField()
    not_taken = models.JSONField(default=dict)
    entered_packed = models.BinaryField(default=bytes)

    objects = ForStaff["Met"].as_manager()

    def __repr__(self) -> str:
        return f"<Met {self.pk}>"

    @classmethod
    def keep(
        cls,
        this: Import,
        fates: Mapping[str, list[int]],
        not_taken: Mapping[str, list[int]] | None = None,
        *,
        entered: Mapping[int, bytes] | None = None,
    ) -> None:
        """Keep who met which fate, and the signs of who ``entered``, in the transaction that counts them."""
        if fates or not_taken or entered:
            signs = {str(pupil): sign.hex() for pupil, sign in (entered or {}).items()}
            cls.objects.create(
                of=this,
                packed=zlib.compress(canonical(fates).encode()),
                not_taken=not_taken or {},
                entered_packed=zlib.compress(canonical(signs).encode()) if signs else b"",
            )

    @classmethod
    def signs_of(cls, this: Import) -> dict[int, bytes]:
        """The signs of the entries of those who came to the base by an import, by number of pupil."""
        signs: dict[int, bytes] = {}
        for packed in cls.objects.filter(of=this).values_list("entered_packed", flat=True):
            if packed:
                read = json.loads(zlib.decompress(bytes(packed)))
                signs.update((int(pupil), bytes.fromhex(sign)) for pupil, sign in read.items())
        merged = led_on(signs)
        return {merged.get(pupil, pupil): sign for pupil, sign in signs.items()}

    @classmethod
    def pupils_of(cls, this: Import) -> frozenset[int]:
        """The numbers of all whom an import has met so far."""
        met = {pupil for met in cls.objects.filter(of=this) for pupils in met.fates.values() for pupil in pupils}
        merged = led_on(met)
        return frozenset(merged.get(pupil, pupil) for pupil in met)

    @classmethod
    def forget(cls, pupils: Collection[int], bases: Collection[int]) -> None:
        """Let go of the signs of pupils with these numbers who came to these bases, in the caller's transaction."""
        gone = {str(pupil) for pupil in pupils}
        came = cls.objects.filter(of__base__in=bases).exclude(entered_packed=b"").order_by("pk")
        # Held, since somebody else who came by the same import may go at this moment.
        for met in came.select_for_update(of=("self",)):
            signs = json.loads(zlib.decompress(bytes(met.entered_packed)))
            if gone.isdisjoint(signs):
                continue
            left = {pupil: sign for pupil, sign in signs.items() if pupil not in gone}
            met.entered_packed = zlib.compress(canonical(left).encode()) if left else b""
            met.save(update_fields=["entered_packed"])

    @property
    def fates(self) -> dict[str, list[int]]:
        """Numbers of pupils by their fate."""
        fates: dict[str, list[int]] = json.loads(zlib.decompress(bytes(self.packed)))
        return fates
