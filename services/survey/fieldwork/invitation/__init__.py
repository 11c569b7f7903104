"""Invitations (邀请): personal links, each of which lets one customer answer one wave."""
