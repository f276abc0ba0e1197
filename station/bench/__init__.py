"""Benchmarks: `station bench NAME`. Each measures the product beside a physical limit or a peer, in one run."""
