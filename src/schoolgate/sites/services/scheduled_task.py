"""A scheduled task of Windows that runs the site from the machine's start on (Task Scheduler schema 1.2).

Written after Microsoft's description of the schema and held to it by tests; not tried on a machine with Windows, as
docs/operator/service.md says, too.
"""

import subprocess
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from schoolgate.sites.services.running import Service, ServiceRefused, run

NAME = "Schoolgate school"


def text(service: Service) -> str:
    """The task. It runs as its user whether or not they are signed in, and no password is kept for that (S4U)."""
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Schoolgate, the school's site</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{escape(service.user)}</UserId>
      <LogonType>S4U</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <Enabled>true</Enabled>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(str(service.python))}</Command>
      <Arguments>{escape(subprocess.list2cmdline(service.words))}</Arguments>
      <WorkingDirectory>{escape(str(service.home))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def is_installed(home: Path) -> bool:
    """Whether the task is there and is of this home."""
    try:
        return escape(str(home)) in run("schtasks", "/Query", "/TN", NAME, "/XML")
    except ServiceRefused:
        return False


def install(service: Service) -> list[str]:
    """Give the task to the Task Scheduler, and start it. Raises ServiceRefused."""
    with tempfile.TemporaryDirectory(prefix="schoolgate-") as folder:
        file = Path(folder, "task.xml")
        # What schtasks reads must be in the encoding that it names, with its byte order mark.
        file.write_text(text(service), "utf-16")
        run("schtasks", "/Create", "/TN", NAME, "/XML", str(file), "/F")
    run("schtasks", "/Run", "/TN", NAME)
    return [f"The task '{NAME}' runs as {service.user}, and starts with the machine."]


def uninstall() -> list[str]:
    """End the task and remove it. Raises ServiceRefused."""
    run("schtasks", "/End", "/TN", NAME)
    run("schtasks", "/Delete", "/TN", NAME, "/F")
    return [f"The task '{NAME}' has ended and starts no more."]
