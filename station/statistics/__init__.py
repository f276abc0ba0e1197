"""Pure arithmetic on counts and series: no records, no settings, no screen.

charts.py     p-chart and EWMA with control limits
pareto.py     which few causes make most of the trouble
sampling.py   how many to look at a second time: normal, tightened, reduced
"""
