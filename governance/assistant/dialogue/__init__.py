"""The conversation: commands, questions we asked, and plain words."""
