"""Operating topics and tenants."""
