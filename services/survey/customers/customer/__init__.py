"""The registry's customers as the survey service stores them: external ids, owner and team."""
