"""The pictures, a module for each page: functions from an answered question to an Altair chart."""
