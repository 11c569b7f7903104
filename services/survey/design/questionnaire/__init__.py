"""Questionnaires (问卷): questions in versions, of which a published one never changes."""
