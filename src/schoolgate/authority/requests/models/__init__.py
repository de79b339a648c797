from schoolgate.authority.requests.models.data_request import DataRequest, Kind, State

__all__ = ["DataRequest", "Kind", "State"]
