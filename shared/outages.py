"""Outages: failures that pass by themselves, so that the same work may succeed later."""


class LogUnavailable(Exception):
    """The event log cannot be reached now; everything may be tried again."""
