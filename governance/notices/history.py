"""What a notice's states and the lines of its record are called and look like, for a colleague."""

DONE = {
    "write": "写好了",
    "change": "改了",
    "ask": "请人批准",
    "approve": "批准了",
    "decline": "没有批准",
    "rewrite": "拿回来改",
    "withdraw": "不发了",
    "publish": "发出了",
    "stop": "停发",
    "finish": "发完了",
}
WHY = {"stopped": "为什么停", "declined": "为什么没批准", "draft": "上次为什么没批准"}
TONES = {"asked": "chip--wait", "done": "chip--done", "stopped": "chip--late", "declined": "chip--late"}
