"""The four dashboards: described once, in `panels`; written for Grafana and for Apache Superset."""
