"""Telling one person: recipients and their consent to WeChat notices."""
