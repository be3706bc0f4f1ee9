"""Replay of earlier dates: what would the jobs' models have predicted then, and what happened?"""
