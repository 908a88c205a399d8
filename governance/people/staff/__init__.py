"""Staff accounts: posts, bodies, passwords, sessions."""
