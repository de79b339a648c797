"""The pages of the import that brought a value, and of the file it came in."""

from collections.abc import Collection

from django.db.models import Q
from django.urls import reverse

from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.rooms_above import Link, Whence, tracer


@tracer
def imports_and_files(sources: Collection[Whence]) -> dict[Whence, list[Link]]:
    """By the job that wrote; where that was another one, by the file's digest. Two queries, however many sources."""
    jobs = [source.job for source in sources if source.job]
    keys = [source.key for source in sources if source.key]
    found_by = Q(job__in=jobs) | Q(source_key__in=keys)
    # The parts of a first load have one job and one file between them: that would be some other school's.
    imports = list(Import.objects.filter(found_by, first_load=None).order_by("pk"))
    files = dict(ReceivedFile.objects.filter(its_import__in=imports).values_list("its_import", "pk"))
    by_job: dict[int | None, Import] = {this.job_id: this for this in imports if this.job_id}
    by_key = {this.source_key: this for this in imports}
    found: dict[Whence, list[Link]] = {}
    for source in sources:
        this = by_job.get(source.job) or by_key.get(source.key)
        if this is not None:
            found[source] = [Link("import", reverse("import", args=[this.pk]))]
            if this.pk in files:
                found[source].append(Link("file", reverse("received-file", args=[files[this.pk]])))
    return found
