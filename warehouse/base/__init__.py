"""What every room stands on: settings, errors in words, connections, files that are whole or not there."""
