"""Electronic-paper labels that speak our open MQTT protocol (docs/mqtt-labels.md)."""
