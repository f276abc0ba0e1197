"""The pages: read the store, write decisions; a process of their own."""
