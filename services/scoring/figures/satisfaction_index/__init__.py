"""The plain satisfaction index (满意度指数) of surveys, updated with every answer."""
