"""The dialogue: one table of recognisers, the handlers it names, and the state of a conversation."""
