"""The page that a scanned code opens."""
