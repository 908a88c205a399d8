"""The only code that knows Tencent's addresses, protocols and errors; it knows no person, ticket or group."""
