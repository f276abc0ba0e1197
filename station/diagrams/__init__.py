"""Charts as lists of marks that know nothing of what they are drawn on: the same picture on the wall and in the report.

picture.py   the marks
scales.py    from values to places; round ticks
plots.py     the charts of the wall: control chart, stacked columns, bars
curves.py    one figure over another: the charts of benchmarks and calibration
svg.py       a picture as an <svg> element, coloured by the page's style sheet
offline.py   the same with its colours, and pages of them that open anywhere
"""
