"""Responses (答卷): answers checked against the questionnaire version that their wave asks."""
