"""Patterns of phrases that are no matter by themselves: yes, no, small talk, questions about a ticket.

Unless its name ends in `_IN`, a pattern must match the whole text. Each runs in linear time: no repeated part has
alternatives that overlap.
"""

import re

AROUND = " ：:，,。.！!～~\n\t"
TAIL = r"(?:的|了|啦|吧|呀|啊|呢|哦|嘛|吗|么|谢谢|好吗|[，,、。.！!?？~～\s])*"
YES = re.compile(  # a yes with polite words around it
    r"(?!(?:要是|得|请|麻烦|写)$)(?:那就|就|回)?(?:是|对|好|嗯|恩|要|行|中|成|得|可以|确认|同意|必须|报|写|麻烦|请|帮|ok|\[ok\]|yes|y|1|\U0001f44c)"
    r"(?:是|对|好|嗯|恩|滴|要|行|可以|确认|了(?=吧)|报|写|上去|进去|上报|麻烦了?|请|帮我|给我|给网格员|一下|谢谢|的|吧|呀|啊|哦|呢|嘞|[，,、。.！!\s])*"
)
WITHDRAWS = re.compile(
    r"(?:不好意思|对不起|我|想|要|怎么|请|帮|把|[，,、\s])*(?:撤回|撤销|撤单|取消报事|删掉|删了|报错|发错)"
    r"(?:一下|刚才|刚刚|那个|这个|那件|这件|的|了|群|吧|呀|啊|吗|撤回|撤销|[，,。.！!?？\s])*"
)
NO = re.compile(
    r"(?!(?:不急|没了)$)(?:不|别|没|算了|取消|否|反对|先不|先别|no|n)"
    r"(?:是|用|要|报|行|必|需要|算了|不|急|谢谢|的|了|啦|吧|[，,、。.！!\s])*"
)
REFUSES = re.compile(
    r"(?:算了|不用|不报|别报|先不|先别|不必|不需要)(?:了|吧|啦|啊|报|用|不)*(?:[，,。！!\s].*)?", re.DOTALL
)
SOLVED = re.compile(r"已经|[修弄办]好|好了|解决|(?<!不)亮了|正常|恢复|没事")
ANOTHER = re.compile(r"(?:不是?[，,\s]*)?(?:这?是)?(?:另外?|新的?|别的|其他的?)(?:一?[件个])?(?:事情?)?" + TAIL)
ALL_PLACES = re.compile(  # several places at once
    r"[^，。！？]{0,6}?(?:都|全)(?:都|部)?(?:有|是|坏了?|一样|这样|漏|不亮|要|停)?"
    + TAIL
    + r"|[^，。！？]{0,8}(?:中间|之间|当中)"
    + TAIL
)
REPORT_IT = re.compile(  # said alone while quoting a message
    r"(?:请|麻烦|帮我|帮忙|帮|把|给|这个|这条|这件|也)*"
    r"(?:我要报|报上去|报一下|报事|上报|报修|报|反映)(?:一下|上去)?" + TAIL
)
HOW = re.compile(r"(?:请问)?(?:怎么|如何|在哪儿?|哪里)(?:能|可以)?(?:报事|报修|上报|报|用|说|[查看]进度)\S{0,4}")
WHOSE_PHONE = re.compile(
    r".{0,6}(?:网格员|社区|居委会|村委会|物业).{0,4}(?:电话|号码|联系).{0,6}|(?:我?要)?(?:转|找)?(?:人工|真人)(?:客服|服务)?"
)
SUPPLY, WHEN = "(?:[水电气]|暖气?)", "(?:什么时候|啥时候|几点|多久)(?:能|才|会|可以)*(?:来|恢复|有|通|供)"
OUTAGE = re.compile(  # how long water or power is off: asked, not reported
    rf".{{0,6}}停{SUPPLY}(?:要|会|还|得|通知|到底)*停?"
    rf"(?:多久|多长时间|几天|几个?(?:小时|钟头)|到(?:几点|什么时候|啥时候))(?!了)(?:呢|啊|呀)?{TAIL}"
    rf"|.{{0,6}}{SUPPLY}{WHEN}{TAIL}|.{{0,6}}{WHEN}{SUPPLY}{TAIL}"
)
STOP_TELLING = re.compile(r"(?:我要?|请)?(?:退订|取消订阅|TD|别再?发(?:消息)?了?|不要再?发(?:消息)?了?)", re.IGNORECASE)
PART_OF_DAY = "(?:早上|上午|中午|下午|晚上|早|晚)"
GREETING = re.compile(
    rf"(?:(?:[你您]们?|大家|各位|邻居们?)[，,\s]?{PART_OF_DAY}?|{PART_OF_DAY})[好安][啊呀]?|早|在吗|在不在|有人吗|哈喽|嗨|hi|hello"
)
THANKS = re.compile(
    r"(?:好的?|收到|知道了)?[，,\s]*(?:非常|十分|太)?(?:谢谢|多谢|感谢|谢了|辛苦)(?:了|啦|你|您|大家|师傅|网格员|社区|们)*"
)
PRAISE = re.compile(r"[修办弄处理]好[了啦]?|(?:真|好|很|这么)快|给力|点赞|大拇指|真好|满意")
THANKS_IN = re.compile(r"谢谢|多谢|感谢|辛苦[了啦]|\U0001f44d|[修办弄处理来]得?(?:真|好|很|这么)快|给力|点赞")
WANTS_MORE = re.compile(r"但|可是|不过|就是|还|又|再|请|麻烦|希望|告诉|能不能|什么|怎么|没|不|坏|[?？]")
ASKS = re.compile(r"[吗么呢啥?？]\W{0,5}$|几点|多少|多久(?![了都没])|什么时候|啥时候|哪天|为什么|为啥")  # a question
GOES_ON = re.compile("都|还|也|又|而且|并且|然后|现在|已经|就是|因为|不对|更")  # begins a continuation
PARTING = re.compile(
    r"收到|知道了|明白了?|再见|拜拜|没事了?|无所谓|都行|随便|晚安|[哈嘿嘻呵]{2,}|[嗯哦噢喔]{2,}|[哦噢喔]"
)
NOTHING = re.compile("[?？]?")

# A ticket number inside a sentence, but not 3-4单元, 3-4天, a date or a phone number.
NUMBER = re.compile(
    r"(?<![\d-])(?:编号|单号)?\s{0,3}(\d{1,9}\s?[-–—－]\s?\d)(?!\d|\s?[–—－-])"
    r"(?!\s?(?:单元|栋|幢|座|号楼|号院|室|楼|层|户|点|天|个|次|年|月|日|周|小时|米|岁))号?"
)
BEFORE = (
    r"(?:请问|请|麻烦|帮忙|帮|问下|问一下|给我|看看|现在|到底|这个|这件|那个|那件|事|它|我|报的|都|再|快|赶紧|的"
    r"|[，,、\s])*"
)
DONE = r"(?:修好|办好|弄好|搞好|处理好|修完|办完|解决|处理|搞定|修|办|好)"
STATE = (
    rf"{DONE}(?:了)?(?:没有|没|吗|么|嘛|不)"
    r"|(?:怎么|咋|为什么|为啥)(?:还|都|就)?(?:没有?|不)(?:人)?(?:来|修|办|处理|解决|弄|动静|管|好)(?:好|完)?"
    rf"|(?:还|怎么还|咋还)没(?:有)?{DONE}"
    rf"|(?:{DONE}得?)?(?:怎么样|咋样|怎样|如何)"
    rf"|(?:什么时候|啥时候|几时|多久|还要多久|哪天)(?:能|才|可以|会)?(?:{DONE}|来|到)?"
    r"|(?:办|修|处理)?到哪(?:里|儿|一步)?了?|(?:有)?(?:进展|进度|消息|结果|下文)"
)
ASKING = re.compile(BEFORE + rf"(?:还)?(?:{STATE})" + TAIL)
ASKING_IN = re.compile(STATE)
NUDGING = re.compile(BEFORE + r"(?:能不能|可以|可不可以)?催(?:一下|一催|下|催|办)?(?:他们|网格员|物业)?" + TAIL)
NUDGING_IN = re.compile("催")
ME_TOO = re.compile(
    r"(?:(?:我|们|俺|家|楼|单元|这儿|这里|这边|那边|这|层|隔壁)*也(?:是这样|是|一样|遇到|碰到|这样|有这个问题|有这问题|有)(?:过)?"
    r"|(?:\+|＋|➕)\s?[1１一]|加[1一]|同问)" + TAIL
)
