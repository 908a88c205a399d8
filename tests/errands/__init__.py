"""What a newcomer writes when they add something, and how they see that it works; tests/test_how_to_add.py does it."""
