"""The hook for withdrawn deliveries, and reasons that are no failures."""

from governance.core.hooks import Hook

STOPPED = "通知已停"
CANCELLED = "管群的人取消了这次群发"

withdrawn = Hook()  # (condition on Delivery, reason): deliveries being sent that must be stopped if possible
