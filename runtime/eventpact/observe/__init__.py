"""What observes producers and groups for others: metrics for Prometheus, spans for OpenTelemetry.

Nothing here is imported before it is asked for; each part needs its extra (`metrics`, `tracing`).
"""
