"""Questionnaires (问卷): questions in versions; a published version never changes."""
