"""Words as the tables of signs read them: one script, one width, common typing errors mended, spaces settled."""

import re
import unicodedata

PAIRS = (  # a traditional character and its simplified one, in turn
    "煙烟氣气電电樓楼門门災灾報报壓压傷伤爺爷媽妈孫孙兒儿們们個个裡里裏里見见沒没動动應应車车騷骚擾扰強强姦奸輕轻觸触醫医葯药藥药農农過过斷断歲岁聽听關关鎖锁開开臉脸頭头頂顶橋桥尋寻"
    "遺遗書书難难護护瘋疯搶抢槍枪賊贼竊窃邊边對对還还來来說说話话誰谁嗎吗為为點点燒烧鄰邻罵骂殺杀養养鬥斗毆殴虧亏婦妇棄弃嬰婴獨独臥卧潰溃墜坠淚泪樣样夠够樂乐錢钱騙骗歐欧濃浓緊紧陽阳"
    "臺台墻墙牆墙噴喷爐炉掛挂夾夹絞绞壞坏處处這这進进場场著着暈晕褻亵洩泄棟栋鬧闹塊块幾几時时後后從从現现給给經经買买賣卖賬账賠赔償偿險险陰阴隊队陳陈馬马駕驾駛驶軌轨轉转線线繩绳結结"
    "絕绝統统維维續续縣县縮缩總总練练織织義义習习職职聲声聯联腳脚舊旧藝艺虛虚號号蟲虫術术衛卫補补裝装複复親亲覺觉觀观計计訂订討讨訓训記记訪访設设許许訴诉診诊評评詞词試试詳详認认語语"
    "誤误課课調调談谈請请論论證证識识議议讓让負负責责財财貧贫貪贪貸贷費费資资質质賀贺購购遠远違违遲迟選选鄉乡鋼钢銀银錯错鍋锅鎮镇鐵铁鐘钟閃闪間间閱阅際际隨随隱隐雙双雜杂雲云順顺須须"
    "預预領领題题額额願愿顯显飛飞飯饭飲饮飽饱餓饿館馆騎骑驗验驚惊鹽盐麥麦黃黄黨党齊齐齡龄涼凉減减測测準准滅灭滿满濕湿爛烂獎奖環环畫画異异當当療疗癥症發发盜盗盡尽監监盤盘碼码確确禮礼"
    "禍祸種种稱称穩稳窮穷競竞筆笔節节築筑簡简糧粮約约級级細细終终組组瞭了戶户籤签縫缝闖闯傾倾備备傳传僅仅債债優优價价億亿儘尽兇凶劃划劑剂勞劳勢势務务區区協协單单喪丧嘔呕團团園园圍围"
    "國国圓圆執执墊垫壯壮奪夺奮奋實实寧宁審审寫写寬宽專专將将導导層层屬属島岛嶺岭帳帐帶带幫帮廚厨廠厂廢废廣广廳厅張张彈弹徑径復复"
)
TRADITIONAL, SIMPLIFIED = PAIRS[::2], PAIRS[1::2]
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
    ("🔥", "火"),
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
    ("唔见", "不见"),
    ("仔仔", "孩子"),
    ("细路", "孩子"),
    ("失伙", "失火"),
    *((wrong, "电梯") for wrong in ("升降机", "货梯", "客梯", "电T", "电悌")),
)
MIXED = tuple(  # one character of a word of danger in pinyin or as a digit
    (re.compile(pattern), right)
    for pattern, right in (
        (r"(?<=[着起失冒救])h(?:uo|ou)(?![a-z])", "火"),
        (r"zh?ao(?=火)", "着"),
        (r"(?<=跳)lou(?![a-z])", "楼"),
        (r"(?<=自)sha(?![a-z])", "杀"),
        (r"(?<=救)ming(?![a-z])|(?<=救)m(?=$|[，。！？])", "命"),
        (r"(?<=[想去找打弄杀])si(?![a-z])|(?<=[我真不好]想)4(?=$|[，。！？])", "死"),
        (r"(?<=漏)qi(?![a-z])", "气"),
        (r"(?<=[活跳死打了])le(?![a-z])", "了"),
    )
)
APART = re.compile(r"(?<=[^\W\da-zA-Z])[ \t\u3000/*._·|+-]{1,9}(?=[^\W\da-zA-Z])")  # 着 火, 跳/楼
BLANKS = re.compile(r"[ \t\u3000]+")


def readings(words: str) -> tuple[str, ...]:
    """The words with blanks closed (着 火 了), and with blanks as commas (灯不亮 有事打我) where that differs."""
    folded = unicodedata.normalize("NFKC", words).lower().translate(SAME).replace("\r", "")
    for wrong, right in MENDED:
        folded = folded.replace(wrong, right)
    for pattern, right in MIXED:
        folded = pattern.sub(right, folded)
    joined = BLANKS.sub("，", APART.sub("", folded))
    parted = BLANKS.sub("，", folded)
    return (joined,) if joined == parted else (joined, parted)
