"""The only home of SQLite: one file, one writer, transactions as functions."""
