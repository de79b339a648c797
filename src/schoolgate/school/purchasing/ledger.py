"""What of the ledger a basket is held to."""

from dataclasses import dataclass
from typing import Self

from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.models import Supplier, VatCode


@dataclass(frozen=True, slots=True)
class Ledger:
    """Read once for all rules. `supplier` is the one that the basket names, open or not."""

    duns: str
    language: str
    currency: str
    buyer_duns_may_lack: bool
    supplier: Supplier | None
    vat_codes: tuple[VatCode, ...]

    @classmethod
    def as_it_is(cls, supplier_duns: str) -> Self:
        """As it is now, for a basket from the supplier of this DUNS."""
        return cls._now(Supplier.objects.filter(duns=supplier_duns).first() if supplier_duns else None)

    @classmethod
    def for_mail(cls, reference_number: str) -> Self:
        """As it is now, for an order by e-mail from the supplier of this XML reference number, capitals or not."""
        known = Supplier.objects.filter(xml_reference_number__iexact=reference_number)
        return cls._now(known.first() if reference_number else None)

    @classmethod
    def _now(cls, supplier: Supplier | None) -> Self:
        return cls(
            duns=establishment.DUNS.get(),
            language=establishment.LANGUAGE.get(),
            currency=establishment.CURRENCY.get(),
            buyer_duns_may_lack=establishment.BUYER_DUNS_MAY_LACK.get(),
            supplier=supplier,
            vat_codes=tuple(VatCode.objects.filter(open=True)),
        )
