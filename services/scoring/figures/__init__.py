"""Figures computed from facts: scores, ABC classes, the loyalty ladder, satisfaction indices."""
