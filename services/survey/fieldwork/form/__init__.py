"""The respondent's page: a web page with a questionnaire, which is opened by a signed link."""
