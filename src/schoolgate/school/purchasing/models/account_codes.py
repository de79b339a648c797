from django.db import models
from django.db.models.functions import Upper

from schoolgate.commons.money import MoneyField
from schoolgate.school.purchasing.models.financial_year import FinancialYear
from schoolgate.school.purchasing.models.visible import ForPurchasing


class AccountCode(models.Model):
    """A code of a year's chart of accounts. One that is used is closed, not deleted: nothing new is coded to it."""

    code = models.CharField("code", max_length=20)
    name = models.CharField("name", max_length=100)
    open = models.BooleanField("open", default=True)

    class Meta:
        abstract = True
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Fund(AccountCode):
    year = models.ForeignKey(FinancialYear, models.PROTECT, related_name="funds")

    objects = ForPurchasing["Fund"].as_manager()

    class Meta(AccountCode.Meta):
        constraints = (models.UniqueConstraint("year", Upper("code"), name="purchasing_one_fund_a_code"),)


class LedgerCode(AccountCode):
    year = models.ForeignKey(FinancialYear, models.PROTECT, related_name="ledger_codes")

    objects = ForPurchasing["LedgerCode"].as_manager()

    class Meta(AccountCode.Meta):
        constraints = (models.UniqueConstraint("year", Upper("code"), name="purchasing_one_ledger_code_a_code"),)


class CostCentre(AccountCode):
    year = models.ForeignKey(FinancialYear, models.PROTECT, related_name="cost_centres")

    objects = ForPurchasing["CostCentre"].as_manager()

    class Meta(AccountCode.Meta):
        constraints = (models.UniqueConstraint("year", Upper("code"), name="purchasing_one_cost_centre_a_code"),)


class Coding(models.Model):
    """A fund, a ledger code and a cost centre of one year that are linked: what a line may be coded to (seed).

    `budget` is what the year has for it, net of VAT; None where nobody gave it one, which counts as nothing.
    """

    year = models.ForeignKey(FinancialYear, models.PROTECT, related_name="codings")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="codings")
    ledger_code = models.ForeignKey(LedgerCode, models.PROTECT, related_name="codings")
    cost_centre = models.ForeignKey(CostCentre, models.PROTECT, related_name="codings")
    open = models.BooleanField("open", default=True)
    budget = MoneyField(null=True)

    objects = ForPurchasing["Coding"].as_manager()

    class Meta:
        ordering = ("fund__code", "cost_centre__code", "ledger_code__code")
        constraints = (
            models.UniqueConstraint(fields=("fund", "ledger_code", "cost_centre"), name="purchasing_one_link_a_three"),
        )

    def __str__(self) -> str:
        return f"{self.fund.code} / {self.ledger_code.code} / {self.cost_centre.code}"

    @property
    def is_open(self) -> bool:
        """Whether a line may be coded to it: the link and all three are open."""
        return self.open and self.fund.open and self.ledger_code.open and self.cost_centre.open
