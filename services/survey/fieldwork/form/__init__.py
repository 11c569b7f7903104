"""The respondent's page: a questionnaire in a browser, behind a signed link."""
