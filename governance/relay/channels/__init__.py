"""One file per channel; a file here is all a new channel needs."""
