"""What an item says of a work, before any format."""
