"""The packages that all services share.

The shared packages depend on no service and, apart from `shared.contracts`, contain no business
concepts.
"""
