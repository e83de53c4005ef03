"""What a window consists of besides its document: tabs, files opened and saved, appearance, help, drops."""
