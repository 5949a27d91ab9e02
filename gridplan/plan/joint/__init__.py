"""What several points of interconnection take together."""
