"""The packages that all services share.

They depend on no service and, apart from `shared.contracts`, contain no business concepts.
"""
