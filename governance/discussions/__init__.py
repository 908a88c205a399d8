"""The hall 议事厅: topics and their life, statements and voices, replies, what was decided and what came of it."""
