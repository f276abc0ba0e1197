"""`station bench defects`: faults seeded at known severity into photographs, and how many of them the checks notice.

`frames.py` the photographs and what lies in them; `background.py` and `seeds.py` make the faults; `catalogue.py` lists
them; `run.py` judges; `tally.py` counts; `report.py` writes tables, JSON and curves.
"""
