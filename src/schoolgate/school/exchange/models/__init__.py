"""What the school's side keeps: where files lie and go, with whose login, what was seen, held back, sent, each try."""

from schoolgate.school.exchange.models.attempt import Attempt
from schoolgate.school.exchange.models.correction import Correction, CorrectionList
from schoolgate.school.exchange.models.destination import Destination
from schoolgate.school.exchange.models.disk_space import DiskSpace
from schoolgate.school.exchange.models.file_request import FileRequest
from schoolgate.school.exchange.models.former_root import FormerRoot
from schoolgate.school.exchange.models.held_back import HeldBackFile
from schoolgate.school.exchange.models.imported_file import ImportedFile
from schoolgate.school.exchange.models.joining import Joining
from schoolgate.school.exchange.models.login import Login
from schoolgate.school.exchange.models.password_change import PasswordChange
from schoolgate.school.exchange.models.personnel_school import PersonnelSchool
from schoolgate.school.exchange.models.school import School
from schoolgate.school.exchange.models.sighting import Sighting
from schoolgate.school.exchange.models.transfer import State, Transfer

__all__ = [
    "Attempt",
    "Correction",
    "CorrectionList",
    "Destination",
    "DiskSpace",
    "FileRequest",
    "FormerRoot",
    "HeldBackFile",
    "ImportedFile",
    "Joining",
    "Login",
    "PasswordChange",
    "PersonnelSchool",
    "School",
    "Sighting",
    "State",
    "Transfer",
]
