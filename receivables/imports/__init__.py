"""Apply what an import brings to the ledger, and take the last import back; know no file format."""
