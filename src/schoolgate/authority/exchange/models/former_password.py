from django.conf import settings
from django.db import models


class FormerPassword(models.Model):
    """The password before the present one, which a program may go on using until it has used the new one once.

    So a program whose answer got lost while it changed its password is never locked out (DESIGN 8).
    `next_password_mark` is a keyed digest of the password it was changed to: when somebody sets yet another one, the
    mark no longer fits and the former password is dead.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    hashed = models.CharField(max_length=256)
    next_password_mark = models.CharField(max_length=128)
    until = models.DateTimeField()
