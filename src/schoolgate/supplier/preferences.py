"""What the people of a supplier site set: whose service it is, how long documents wait, what refuses an order."""

from schoolgate.commons.preferences.registry import NumberPreference, TextPreference, YesNoPreference

SERVICE_NAME = TextPreference("service-name", default="", meaning="whose service this is, as schools know it")
SERVICE_CONTACT = TextPreference(
    "service-contact", default="", meaning="whom schools and developers may ask, with telephone and hours"
)
EXPIRY_DAYS = NumberPreference(
    "expiry-days",
    default=90,
    minimum=1,
    meaning="days after which a document that no school has taken expires, unless its buyer has days of its own",
)
EXPIRY_WARNING_DAYS = NumberPreference(
    "document-expiry-warning-days", default=14, meaning="days before a document expires that its supplier is told"
)
REFUSE_OTHER_DUNS = YesNoPreference(
    "refuse-other-duns",
    default=False,
    meaning="whether an order is refused that names another DUNS number than the supplier's or the buyer's",
)
REFUSE_PROFILE_FINDINGS = YesNoPreference(
    "refuse-profile-findings",
    default=False,
    meaning="whether an order is refused that keeps the core schema but not the UK Gov profile (our reconstruction)",
)
