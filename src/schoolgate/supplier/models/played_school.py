"""Test schools that the site plays itself."""

from django.db import models

from schoolgate.commons.sealed import SealedTextField
from schoolgate.supplier.models.buyer import Buyer


class PlayedSchool(models.Model):
    """The test school of a supplier, with the password by which the site calls its own service as that school.

    Real schools' passwords are kept as hashes alone. This one opens nothing but documents made up for trying.
    """

    buyer = models.OneToOneField(Buyer, models.CASCADE, primary_key=True, related_name="played")
    password = SealedTextField("password")

    def __str__(self) -> str:
        return str(self.buyer)
