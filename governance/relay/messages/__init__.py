"""What groups and persons read: audiences, facts of an event, templates."""
