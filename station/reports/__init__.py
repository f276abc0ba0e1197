"""What was counted, made ready for people: the supervisor's wall and the reports show the same figures.

figures.py    counts -> figures
document.py   a report before it is HTML or PDF
pdf.py        a report as PDF
tables.py     the captures behind it as CSV and Parquet
wrong_alarms.py  what people called wrong, as crops and COCO
"""
