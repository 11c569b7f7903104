"""How Patron is run: containers, and the real stack without containers (deploy.local)."""
