"""Dangers that cannot wait, and the numbers to call, which come before everything else in a reply.

The numbers are national: 110 police, 119 fire and rescue, 120 ambulance, 122 traffic. Being shut in a lift has no
national number (96333 and others belong to a province or city). A danger never blocks a report.
"""

import re

from governance.triage.crisis import crisis_in

EVERYDAY = re.compile(  # everyday phrases in which the signs below mean no danger
    r"打架子[鼓床]|打孩子(?:疫苗|电话|的?针)|打我家?(?:门[口前]|楼[下前]|窗[下前]|的?电话|的?手机)|打人(?:多(?!次)|的(?:秋千|玩具|树枝))"
    r"|(?<![人我他她你们腿手脚牙睛鼻臂骨脸])(?<!儿子)(?<!孩子)(?<!妻子)(?<!(?<![龙笼镜探])头)被打[开碎坏穿扫掉通印包药爆断湿死结]|被打[扰乱扫]"
    r"|打我[^，。！？\n]{0,3}(?:占线|微信|语音|号码)|(?:有事|联系我?)[^，。！？\n]{0,3}打我(?![老孩脸头])|(?:^|[，。！？\s])(?:随时|直接|可以)打我(?=$|[，。！？\s])|手机掉水里|虐待(?:动物|小?[猫狗])|救救小?[猫狗鸟]"
    r"|换煤气(?![^，。！？\n]{0,6}漏)|煤气(?:费|卡|公司|账单)|(?:怕(?!是)|[防免止])[^，。！？\n]{0,3}摔[倒伤](?!了)|撞车位|入室门"
    r"|(?<![我遛抱和跟们老带着牵])[狗猫鸟](?:[狗猫咪儿]|又|也|被){0,2}[困卡关]在?[^，。！？\n人孩我]{0,6}电梯"
    r"|电梯[^，。！？\n人孩我]{0,6}[困卡关][^，。！？\n人孩我]{0,6}[狗猫鸟](?![^，。！？\n]{0,3}[人孩])"
    r"|小三(?:[轮口路楼层号门角]|元)|出轨道|着火过一次|爆炸声|救命啊?(?:电梯|网)|(?<![遛找])[狗猫鸟](?:[狗猫咪儿]|又|也|昨天|今天|早上)?走[丢失]"
    r"|[接跟看等沿顺朝]着火|着火(?:车|锅|龙果|烧|腿|柴)|中风险|爆炸头|动刀叉|入室内|救命恩人|累塌|煤气(?:表|灶)(?![^，。！？\n]{0,6}漏)"
)
SPACE = re.compile(r"(?<=[^\W\da-zA-Z])[ \t\u3000]+(?=[^\W\da-zA-Z])")  # 着 火
SOMEBODY = (
    r"(?:别?人|他们?|她们?|老公|丈夫|老婆|妻子|媳妇|男朋友|男友|女朋友|女友|对象|前夫|[爸妈父母哥弟姐]|儿子|女儿|女婿|婆婆|公公"
    r"|邻居|楼[上下]的?|对门|护工|保姆|保安|物业|城管|老师|同学|师傅|司机|领导|老板|室友|房东)"
)
HURT = r"[断破穿坏掉碎死]了?[^，。！？\n]{0,4}(?:[腿手头牙骨鼻眼脸死]|胳膊)"
BLOW = rf"打(?:{HURT}|(?![开碎坏穿扫掉通印包药爆断湿死结扰破听电卡车折理拼算麻篮球游鼾呼喇洞乱发醒牌羽乒鼓孔桩钻针]))"
BEATEN = re.compile(  # phrases for being beaten
    rf"被(?:[我你您]家?的?)?{SOMEBODY}[^，。！？\n]{{0,3}}{BLOW}|把[我俺他她]{BLOW}|{SOMEBODY}(?:给我)?打了我(?![们家的]|[^，。！？\n]{{0,6}}(?:电话|手机|微信))"
    rf"|{SOMEBODY}打了?(?:学生|业主|住户|居民|小孩|老人)(?![^，。！？\n]{{0,2}}(?:电话|手机))"
    rf"|{SOMEBODY}[^，。！？\n]{{0,3}}动手(?:打(?![的理扫])|了?(?=$|[，。！？\s]))"
)
SIGNS = {
    "119": (
        *("着火", "着了火", "起了火", "起火", "失火", "火灾", "冒浓烟", "冒烟", "冒火", "自燃", "爆炸", "救火"),
        *("要塌", "塌了", "倒塌"),
        *("煤气", "燃气味", "天然气漏", "燃气泄漏", "燃气漏", "漏燃气", "一氧化碳", "锁车里", "锁在车里", "掉水里"),
        *("卡在栏杆", "卡在防护", "卡在护栏", "孩子掉进", "小孩掉进", "老人掉进", "有人掉"),
    ),
    "120": (
        *("我快不行了", "人快不行了", "他快不行了", "她快不行了", "爷快不行了", "奶快不行了"),
        *("晕倒", "昏倒", "摔倒", "摔伤", "没有呼吸", "没呼吸", "喘不上气", "噎住", "噎着", "昏迷", "起不来了"),
        *("心脏病", "胸口疼", "心口疼", "中风", "脑出血", "触电", "溺水", "大出血", "不省人事"),
    ),
    "110": (
        *("救命", "救救", "杀人", "杀我", "砍人", "弄死我", "打死人", "抢劫", "拿着刀", "拿刀", "持刀", "动刀"),
        *("砸门", "撬门", "进贼", "入室", "走丢", "走失", "吸毒", "家暴", "虐待", "打架", "打群架", "打起来"),
        *("被打", "打我", "打老婆", "打孩子", "打人"),
    ),
    "122": ("撞人", "车祸", "撞车"),
}
NAMES = {"119": "119（火警）", "120": "120（急救）", "110": "110（报警）", "122": "122（交通事故）"}
NEAR = r"[^。！？\n]{0,16}"
OLD = r"(?:老人|老太|老头|老爷子|大爷|大妈|大娘|奶奶|爷爷|独居|空巢)"
SPOKEN = (  # dangers that need a sentence of their own: pattern, sentence
    (
        re.compile(
            rf"电梯{NEAR}(?:被困|困[住人在]|困了?[^，。！？\n]{{0,3}}[人个孩]|[关卡][住着]?了?[^，。！？\n]{{0,4}}(?<![没吓找])人(?![修管办补]))"
            r"|(?:被[困卡关]|[困卡]在|关[在进到住])[^，。！？\n]{0,6}(?:电梯|轿厢)(?!门口|口)|[困卡关](?:电梯|轿厢)[里了]"
            r"|电梯[^。！？\n]{0,10}(?:[人我们]出不来|我们?(?:和[^，。！？\n]{1,3})?[还都]?在里[面头]|里面有人)"
        ),
        "有人困在电梯里，请别扒门，按轿厢里的呼叫铃，马上打 119（消防救援）或 110。",
    ),
    (
        re.compile(
            rf"{OLD}{NEAR}(?:[天周久]|星期|礼拜|阵子)没(?:有)?(?:出门|出来|露面|下楼|动静|见|看见)"
            rf"|{OLD}{NEAR}没(?:有)?(?:动静|声音|露面)[^。！？\n]{{0,4}}[天周]"
            rf"|{OLD}{NEAR}敲门{NEAR}(?:没有?人?[应开声动反]|不[应开]|没声|没答应)"
        ),
        "屋里叫不应，怕是出了事，请马上打 110（报警）和 120（急救），别等。",
    ),
)


def without_everyday_phrases(words: str) -> str:
    """The words without everyday phrases and spaces, and with one word for being beaten."""
    return BEATEN.sub("被打", EVERYDAY.sub("", SPACE.sub("", words)))


def calls_for(words: str) -> str:
    """Whom to call first, one sentence for each danger; empty when the words name none."""
    found = crisis_in(words)
    plain = without_everyday_phrases(words)
    called = [NAMES[number] for number, signs in SIGNS.items() if any(sign in plain for sign in signs)]
    calls = [found.call] if found else []
    calls += [sentence for pattern, sentence in SPOKEN if pattern.search(plain)]
    calls += [f"人有危险，请马上打 {'、'.join(called)}。"] if called else []
    return "\n".join(calls)
