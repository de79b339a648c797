"""What people set on this site's Administration page."""

from schoolgate.commons.preferences.registry import (
    NumberPreference,
    SealedPreference,
    TextPreference,
    YesNoPreference,
)

SCHOOL_NAME = TextPreference("school-name", default="", meaning="the name of the school or office whose site this is")
ROOT_FOLDER = TextPreference(
    "root-folder", default="", meaning="the folder that holds Files Not Exported and Files Exported of each LA"
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
PROXY_USE = YesNoPreference("proxy-use", default=False, meaning="whether calls to LAs go through a proxy")
PROXY_NAME = TextPreference("proxy-name", default="", meaning="the proxy's name or IP address, with :port")
PROXY_USER = TextPreference("proxy-user", default="", meaning="the user name for the proxy")
PROXY_PASSWORD = SealedPreference("proxy-password", default="", meaning="the password for the proxy")
TLS_MINIMUM = TextPreference(
    "tls-minimum", default="1.2", meaning="the oldest TLS version spoken with LAs, 1.2 or 1.3 (security protocol type)"
)
