"""Tickets: categories, lifecycle, photos, residents' answers and the staff desk."""
