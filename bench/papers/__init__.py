"""Pictures of papers made from a seed, with exact truth: for tests, measurements, training."""
