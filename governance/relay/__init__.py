"""Telling groups and people: who hears of what, in which words, through which channel, how fast; and hearing them."""
