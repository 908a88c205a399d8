"""District notices: draft, approval by a second person for a large audience, sending, stopping, report."""
