"""No process of a site outlives the one that started it.

Tried: kill -9 of granian's main process leaves its worker serving the port (DESIGN 6). So each child knows
the number of the process that must be its parent and ends itself when it has another.
"""

import os
import threading
import time

PARENT_VARIABLE = "SCHOOLGATE_PARENT_PID"
LOOK_EVERY_SECONDS = 0.5


def i_am_the_parent() -> None:
    """Say so to the processes that this one starts from now on."""
    os.environ[PARENT_VARIABLE] = str(os.getpid())


def end_with_parent() -> None:
    """Watch the parent from a thread; end this process at once when it is gone.

    Work in progress is safe: every step survives a kill. Does nothing where no parent is named, nor on
    Windows, whose school site is one process.
    """
    named = os.environ.get(PARENT_VARIABLE, "")
    if not named or os.name == "nt" or int(named) == os.getpid():
        return
    parent = int(named)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_EVERY_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()
