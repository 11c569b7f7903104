"""The users and teams of the gateway, copied for the names of customers' owners and teams."""
