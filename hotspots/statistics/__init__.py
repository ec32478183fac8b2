"""Every measure: what one is, the families of statistics, independent of one another, their catalogue, and priorities made from them."""
