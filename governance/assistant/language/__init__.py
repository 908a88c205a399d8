"""Reading Chinese text: phrases, names of places, quotes."""
