"""What everybody may read: the documents of the API and of the events, and the page."""
