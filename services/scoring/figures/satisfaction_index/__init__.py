"""The satisfaction index (满意度指数) of surveys, updated with every response.

It is called plain, because all responses have the same weight.
"""
