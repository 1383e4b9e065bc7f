"""What can be taken back: what the tool made and nobody used."""
