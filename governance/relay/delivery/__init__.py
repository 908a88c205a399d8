"""Deliveries: from an event to what was sent, with leases, rates, quiet hours and outcomes."""
