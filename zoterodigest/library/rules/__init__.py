"""What Zotero accepts as an item."""
