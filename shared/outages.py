"""Outages: failures that end by themselves, so that the same work may succeed later."""


class LogUnavailable(Exception):
    """The event log is out of reach at present; the call that failed may succeed later."""
