"""What platforms send: webhooks, robot connections, the inbox with its jobs, and replies."""
