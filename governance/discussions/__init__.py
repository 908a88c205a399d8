"""The hall 议事厅: topics and their lifecycle, statements and voices, replies, decisions and outcomes."""
