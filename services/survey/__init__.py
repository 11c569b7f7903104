"""The survey service (满意度调研): questionnaires, surveys with their waves, and responses."""
