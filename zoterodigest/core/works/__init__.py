"""The one judge of "is it one work": titles, people and identifiers compared, never decided on."""
