"""Problems put right: categories, the life of a ticket, photos, answers, and the desk where they are handled."""
