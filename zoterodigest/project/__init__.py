"""What a project keeps on disk: configuration, lock file, journal, atomic files."""
