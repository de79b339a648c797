from django.conf import settings
from django.db import models


class Token(models.Model):
    """A pass for the exchange API. Only its digest is kept, so that a copy of the database opens nothing.

    `password_mark` is a keyed digest of the password in force when the token was given: when the password changes,
    by whatever way, the mark no longer fits and the token is dead. `address` is where the program called from.
    """

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    password_mark = models.CharField(max_length=128)
    address = models.GenericIPAddressField(null=True)
    expires_at = models.DateTimeField(db_index=True)
