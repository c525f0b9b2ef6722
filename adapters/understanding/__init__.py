"""Finding out what a text means, without a model."""
