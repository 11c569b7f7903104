"""Imports (导入) of answers from files, as resumable jobs."""
