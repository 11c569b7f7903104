"""Imports (导入): records from files, as jobs that resume where they were interrupted."""
