from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from schoolgate.school.purchasing.models.account_codes import Coding
from schoolgate.school.purchasing.models.financial_year import FinancialYear
from schoolgate.school.purchasing.models.visible import ForPurchasing


class CodingTemplate(models.Model):
    """Codes lines of content orders by who filled the basket and the cost centre that the supplier's site had (seed).

    An empty `login` or `cost_centre` stands for any; both empty: the default. The most specific one that fits wins.
    """

    year = models.ForeignKey(FinancialYear, models.PROTECT, related_name="templates")
    login = models.CharField("login or name", max_length=100, blank=True)
    cost_centre = models.CharField("cost centre of the line", max_length=50, blank=True)
    coding = models.ForeignKey(Coding, models.PROTECT, related_name="templates")
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ForPurchasing["CodingTemplate"].as_manager()

    class Meta:
        ordering = ("login", "cost_centre")
        constraints = (
            models.UniqueConstraint(
                "year", Lower("login"), Lower("cost_centre"), name="purchasing_one_template_a_combination"
            ),
        )

    def __str__(self) -> str:
        return f"{self.login or 'anybody'}, {self.cost_centre or 'any cost centre'}"
