"""District notices: written, approved by a second person where many groups hear them, told, stopped, reported on."""
