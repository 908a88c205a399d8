"""WeCom mass tasks: one text for the customer groups of one owner, who presses 发送."""
