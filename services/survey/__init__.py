"""Owns questionnaires, surveys with their waves, and the answers (满意度调研)."""
