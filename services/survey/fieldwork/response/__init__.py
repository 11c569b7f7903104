"""Responses (答卷): one respondent's answers to one wave, checked against its questionnaire."""
