from django.apps import AppConfig


class SchoolPortalConfig(AppConfig):
    name = "schoolgate.authority.school_portal"
    label = "authority_school_portal"

    def ready(self) -> None:
        # Registered by being imported: what its people find, and may not read elsewhere, and the mails to them.
        from schoolgate.authority.bases.base_page import PARTS  # noqa: PLC0415
        from schoolgate.authority.school_portal import finding, keeping_from, telling  # noqa: F401, PLC0415
        from schoolgate.authority.school_portal.tiles import TILES  # noqa: PLC0415
        from schoolgate.authority.school_portal.views.files import FILES  # noqa: PLC0415
        from schoolgate.authority.school_portal.views.people import PEOPLE, people_on_base_page  # noqa: PLC0415
        from schoolgate.authority.school_portal.views.program import PROGRAM  # noqa: PLC0415
        from schoolgate.authority.school_portal.views.settings import CONNECTION  # noqa: PLC0415
        from schoolgate.authority.school_portal.views.tasks import B2B  # noqa: PLC0415
        from schoolgate.authority.school_portal.views.to_correct import TO_CORRECT  # noqa: PLC0415

        PARTS.append(people_on_base_page)
        TILES.extend([B2B, FILES, TO_CORRECT, CONNECTION, PROGRAM, PEOPLE])
