"""Taking reports: the form, its page, what is kept of it, and the sticker form."""
