"""Group chats pasted by a worker: lines, authors, and the tickets or replies made of them."""
