"""Watching the models in service: have the data moved, and did what they said come true?"""
