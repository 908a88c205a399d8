"""Telling groups and persons: who hears of an event, in which words, through which channel and at which rate."""
