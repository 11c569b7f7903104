"""The contracts of the last release, and the check that the present ones only extend them."""
