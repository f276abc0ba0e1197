"""Charts as lists of marks that know nothing of what they are drawn on: the same picture on the wall and in the report.

picture.py   the marks
scales.py    from values to places; round ticks
plots.py     the charts: control chart, stacked columns, bars
svg.py       a picture as an <svg> element, coloured by the page's style sheet
"""
