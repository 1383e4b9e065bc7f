"""Learning a format: what repeats in a list, written as templates that read it."""
