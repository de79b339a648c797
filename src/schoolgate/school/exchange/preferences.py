"""What people set on this site's Administration page."""

from schoolgate.commons.preferences.registry import NumberPreference, TextPreference

SCHOOL_NAME = TextPreference("school-name", default="", meaning="the name of the school or office whose site this is")
ROOT_FOLDER = TextPreference(
    "root-folder", default="", meaning="the folder that holds Files Not Exported and Files Exported of each LA"
)
PERSONNEL_URL = TextPreference(
    "personnel-url", default="", meaning="the address that personnel files of all schools go to and come from"
)
SETTLE_SECONDS = NumberPreference(
    "settle-seconds",
    default=2,
    minimum=1,
    meaning="how long a file must stay as it is before it is taken, in seconds",
)
EXPIRY_NOTICE_DAYS = NumberPreference(
    "expiry-notice-days",
    default=14,
    minimum=1,
    meaning="how many days before a password for an LA ends the first page says so",
)
