"""Questions about figures: as of when, as known by when, in which currency."""
