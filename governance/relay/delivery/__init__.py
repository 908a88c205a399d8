"""Deliveries: fan-out, claims with leases, rate limits, quiet hours and outcomes."""
