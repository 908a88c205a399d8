"""Words as the tables of signs read them: one script, one width, common typing errors mended, spaces settled."""

import re
import unicodedata

TRADITIONAL, SIMPLIFIED = (
    "煙氣電樓門災報壓傷爺媽孫兒們個裡裏見沒動應車騷擾強姦輕觸醫葯藥農過斷歲聽關鎖開臉頭頂橋尋遺書難護瘋搶槍賊竊邊對還來說話誰嗎"
    "為點燒鄰罵殺養鬥毆虧婦棄嬰獨臥潰墜淚樣夠樂錢騙歐濃緊醒陽臺墻牆噴爐罐掛夾絞壞處這進場",
    "烟气电楼门灾报压伤爷妈孙儿们个里里见没动应车骚扰强奸轻触医药药农过断岁听关锁开脸头顶桥寻遗书难护疯抢枪贼窃边对还来说话谁吗"
    "为点烧邻骂杀养斗殴亏妇弃婴独卧溃坠泪样够乐钱骗欧浓紧醒阳台墙墙喷炉罐挂夹绞坏处这进场",
)
COMMAS, BLANK = ",;:；：、～…“”", "\"'‘’（）()【】[]"
SAME = str.maketrans(
    TRADITIONAL + "!?" + COMMAS + BLANK,
    SIMPLIFIED + "！？" + "，" * len(COMMAS) + " " * len(BLANK),
)
MENDED = (  # common typing errors, internet words and pinyin for the words of danger
    ("zhaohuo", "着火"),
    ("jiuming", "救命"),
    ("zisha", "自杀"),
    ("jiabao", "家暴"),
    *((wrong, "煤气") for wrong in ("煤汽", "媒气")),
    *((wrong, "燃气") for wrong in ("燃汽", "天燃气")),
    *((wrong, "着火") for wrong in ("著火", "着伙", "着或了", "招火了")),
    ("救名", "救命"),
    ("家爆", "家暴"),
    ("摔到", "摔倒"),
    ("跌到了", "跌倒了"),
    ("晕到了", "晕倒了"),
    ("昏到了", "昏倒了"),
    ("跳搂", "跳楼"),
    ("自鲨", "自杀"),
    ("想紫砂", "想自杀"),
    ("想鼠", "想死"),
    ("想似了", "想死了"),
    ("不想火了", "不想活了"),
    ("抢节", "抢劫"),
    ("走丟", "走丢"),
    ("唔想", "不想"),
)
APART = re.compile(r"(?<=[^\W\da-zA-Z])[ \t\u3000/*._·|+-]{1,9}(?=[^\W\da-zA-Z])")  # 着 火, 跳/楼
BLANKS = re.compile(r"[ \t\u3000]+")


def readings(words: str) -> tuple[str, ...]:
    """The words with blanks closed (着 火 了), and with blanks as commas (灯不亮 有事打我) where that differs."""
    folded = unicodedata.normalize("NFKC", words).lower().translate(SAME).replace("\r", "")
    for wrong, right in MENDED:
        folded = folded.replace(wrong, right)
    joined = BLANKS.sub("，", APART.sub("", folded))
    parted = BLANKS.sub("，", folded)
    return (joined,) if joined == parted else (joined, parted)
