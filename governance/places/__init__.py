"""Places and the codes on them: the tree from district to spot, stickers with lives of their own, posters, imports."""
