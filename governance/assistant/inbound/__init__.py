"""What the platforms send: webhooks and robot connections, the inbox and its jobs, replies."""
