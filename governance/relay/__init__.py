"""Telling groups what became of things: who hears of which event, in which words, through which channel, at what pace."""
