"""Values: records, identifiers, names, dates, venues, blocks of text."""
