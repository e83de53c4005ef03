"""The habits of people who come from other node editors, each performed with real events in the window."""
