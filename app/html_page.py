"""The frame of the pages that the command line writes: one file that loads nothing, in the program's colours, light or
dark as the reader's system is."""

from __future__ import annotations

from html import escape
from typing import Final

_STYLE: Final = """
:root { color-scheme: light dark; --text: #1f2530; --second: #4d5766; --line: #d9dee5; --back: #ffffff;
  --value: #1a64b3; --derivative: #a8500a; --good: #177043; --bad: #b3303f; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ee; --second: #aab3bf; --line: #2e343e; --back: #1b1e24;
  --value: #5aa9f0; --derivative: #f2a05a; --good: #5cc38a; --bad: #f28b96; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 2.5rem 0 0.25rem; }
p { margin: 0.25rem 0; } .second { color: var(--second); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; margin: 0.75rem 0; width: 100%; }
th { text-align: left; font-weight: 600; color: var(--second); }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.number { font-family: ui-monospace, monospace; font-variant-numeric: tabular-nums; text-align: right; }
th.number { text-align: right; }
.passed { color: var(--good); font-weight: 600; } .failed { color: var(--bad); font-weight: 600; }
svg { max-width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--second); }
"""


def document(title: str, body: str) -> str:
    """Return a whole page under a title, which is escaped; `body` is markup."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )
