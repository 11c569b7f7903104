"""The events that services publish: frozen dataclasses, one module per service and noun.

Within v1 they change by optional additions only; anything else is a v2 beside it.
"""
