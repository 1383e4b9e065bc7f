"""The lossless format engine: digests in any format, read and edited span by span."""
