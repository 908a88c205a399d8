"""What is said of a danger that cannot wait for anybody here: the number to call, before everything else.

The numbers are the national ones (110 police, 119 fire, 120 ambulance, 122 traffic). They never block a report.
"""

SIGNS = {
    "119": ("着火", "起火", "失火", "火灾", "冒浓烟", "爆炸", "煤气", "燃气味", "天然气漏", "燃气泄漏", "救火"),
    "120": ("晕倒", "昏倒", "摔倒", "摔伤", "没有呼吸", "心脏病", "触电", "溺水", "大出血", "不省人事", "喝农药"),
    "110": (
        *("救命", "救救", "跳楼", "杀人", "砍人", "抢劫", "拿着刀"),
        *("家暴", "被打", "打我", "打老婆", "打孩子", "打人", "打架", "虐待"),
    ),
    "122": ("撞人", "车祸", "撞车"),
}
NAMES = {"119": "119（火警）", "120": "120（急救）", "110": "110（报警）", "122": "122（交通事故）"}


def numbers(words: str) -> str:
    """Which numbers to call first, as one sentence; empty when the words speak of no such danger."""
    called = [NAMES[number] for number, signs in SIGNS.items() if any(sign in words for sign in signs)]
    return f"人有危险，请马上打 {'、'.join(called)}。" if called else ""
