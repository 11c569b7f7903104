"""Jobs: long-running work of which callers see the progress.

A job is run by one worker at a time; it can be cancelled, and resumed after a crash.
"""
