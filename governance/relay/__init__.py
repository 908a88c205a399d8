"""Telling groups what became of things: who hears of what, in which words, through which channel, how fast."""
