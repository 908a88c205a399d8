"""Uploaded photos: what their headers claim, and redrawing them safely in a sandbox."""
