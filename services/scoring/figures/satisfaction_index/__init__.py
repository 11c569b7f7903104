"""The satisfaction index (满意度指数) of surveys, updated with every response.

The index is called plain, because all responses have the same weight.
"""
