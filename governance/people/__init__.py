"""Persons and their identities, posts and bodies, sign-in, and the one page of permissions."""
