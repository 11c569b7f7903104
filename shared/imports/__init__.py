"""What the `imports` of registry and survey share: form, columns, counts, rejected lines, ways."""
