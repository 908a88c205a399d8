"""WeChat and WeCom identities: sign-in and what follows from it."""
