"""Reading Chinese text: patterns of phrases, names of places, quotes."""
