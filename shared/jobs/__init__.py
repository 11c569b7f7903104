"""Jobs: long work with progress, by one worker at a time; it can be resumed and cancelled."""
