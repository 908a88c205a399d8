"""The tree of places from district to spot, the codes on them with their states, posters, imports."""
