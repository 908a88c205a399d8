"""What happens to deliveries that the module of their channel must act on, and reasons that are no failures."""

from governance.core.hooks import Hook

STOPPED = "通知已停"
CANCELLED = "管群的人取消了这次群发"

withdrawn = Hook()  # (condition on Delivery, reason): deliveries under way that must not reach anybody any more
