"""Outages: failures that end by themselves, so that the same work may succeed later."""


class LogUnavailable(Exception):
    """The log is out of reach at present; whatever failed may be tried again."""
