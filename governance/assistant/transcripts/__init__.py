"""Group chats pasted by a worker: lines, senders, and the tickets or contributions made of them."""
