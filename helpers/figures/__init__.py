"""Figures that belong to one chapter each: what they show is taught there, and how they are drawn stands here."""
