"""Questionnaires (问卷), edited in versions; a published version never changes."""
