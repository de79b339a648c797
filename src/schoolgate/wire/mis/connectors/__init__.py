"""The connectors, one file a vendor. A file is found by being here; its `CONNECTOR` is the class."""
