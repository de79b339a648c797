"""Compiling schemas."""

import threading
import time
from typing import Any

import pytest
from lxml import etree

from schoolgate.documents import xsd
from schoolgate.documents.students.versions import our_schema


class Counting:
    """Stands for lxml's etree: compiles slowly, and remembers how many threads did so at once."""

    LxmlError = etree.LxmlError
    fromstring = staticmethod(etree.fromstring)

    def __init__(self) -> None:
        self.now = self.most = 0

    def XMLSchema(self, document: Any) -> Any:
        self.now += 1
        self.most = max(self.most, self.now)
        time.sleep(0.02)
        compiled = etree.XMLSchema(document)
        self.now -= 1
        return compiled


def test_one_thread_compiles_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = our_schema("CES", "3.73")
    assert schema.text
    counting = Counting()
    monkeypatch.setattr(xsd, "etree", counting)
    threads = [threading.Thread(target=schema.validator) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counting.most == 1
