"""What tickets hold about persons: personal data and its erasure, contacts, two persons who are one."""
