"""Falls, declines and stalls of subscriber counts that rounding and noise cannot explain.

`series.py` makes one reliable point a day of what was read, `rates.py` the least growth that the
points prove and its noise, `steps.py` finds sudden falls, `regimes.py` changes of growth,
`changes.py` joins and confirms them, `writing.py` writes them, `together.py` looks across channels.
"""
