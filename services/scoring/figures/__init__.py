"""Figures computed from facts: scores, classes, the loyalty ladder and satisfaction indices."""
