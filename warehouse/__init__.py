"""WHERE: settings, connections, the data contract, sources, landing → raw, scores, publish."""
