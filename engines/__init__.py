"""Makes what the station runs: networks, drawn photographs, exports, plans, evaluations."""
