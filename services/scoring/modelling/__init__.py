"""The rules that figures are computed by, as data with versions."""
