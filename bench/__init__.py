"""The figures the project promises, each measured beside its bare counterpart in the same run."""
