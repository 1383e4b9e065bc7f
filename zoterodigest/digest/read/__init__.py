"""Reading: from the bytes of a digest to its entries."""
