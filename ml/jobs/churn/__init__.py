"""Churn without contract: who will not buy in the next horizon?"""
