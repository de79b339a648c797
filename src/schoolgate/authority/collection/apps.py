from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "schoolgate.authority.collection"
    label = "authority_collection"

    def ready(self) -> None:
        # Registered by being imported: work, alerts, preferences of connectors, and who hears of an import's end.
        from schoolgate.authority.bases.base_page import PARTS  # noqa: PLC0415
        from schoolgate.authority.bases.groups import MAY_MOVE, USES  # noqa: PLC0415
        from schoolgate.authority.collection import (  # noqa: F401, PLC0415
            alerts,
            collecting,
            ending,
            options,
            retention,
            task_job,
            today,
        )
        from schoolgate.authority.collection.document import CollectedDocuments  # noqa: PLC0415
        from schoolgate.authority.collection.locks import why_not_moved  # noqa: PLC0415
        from schoolgate.authority.collection.tasks_of_groups import tasks_of_groups  # noqa: PLC0415
        from schoolgate.authority.collection.views.connections import school_system  # noqa: PLC0415
        from schoolgate.authority.importing.opening import opens  # noqa: PLC0415
        from schoolgate.authority.records.models import Change  # noqa: PLC0415

        opens(Change.Source.RUN, CollectedDocuments())
        PARTS.append(school_system)
        USES.append(tasks_of_groups)
        MAY_MOVE.append(why_not_moved)
