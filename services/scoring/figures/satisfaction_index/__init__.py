"""The plain satisfaction index (满意度指数) of surveys, current with every answer."""
