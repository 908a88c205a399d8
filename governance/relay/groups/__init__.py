"""Groups: binding, import, health, keepers, robots, WeCom customer groups."""
