"""The events that services publish: frozen dataclasses, a module per noun of each service.

Version 1 of an event changes by added optional fields only; any other change is a version 2 that is
published beside it.
"""
