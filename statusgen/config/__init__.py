"""statusgen.toml, read once into frozen settings."""
