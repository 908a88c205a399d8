"""Who acts and what they may do: viewers, rules, the one page of permissions."""
