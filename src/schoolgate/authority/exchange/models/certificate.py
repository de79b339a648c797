from django.db import models


class OwnCertificate(models.Model):
    """What stood in the certificate of this site's public address when it was looked at last; one row, or none.

    `trouble` says why the last look saw nothing; what an earlier one saw is kept.
    """

    address = models.CharField(max_length=300, unique=True)
    issuer = models.CharField(max_length=300, blank=True)
    valid_from = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField()
    trouble = models.CharField(max_length=300, blank=True)
