"""The events that services publish, as frozen dataclasses: a module per kind of record.

Version 1 of an event may only be extended by optional fields. Any other change needs a version 2,
which is published in addition to version 1.
"""
