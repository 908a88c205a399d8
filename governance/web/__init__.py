"""The Flask application: the slices put together, health, navigation, API documents."""
