"""Crisis words: suicide and assault.

Whoever says them is told at once whom to call. In a group the words are neither taken nor quoted. Everyday words that
only look alike are excluded (想死你们了, 跳楼价, 骚扰电话, 摸黑).

12356 is the psychological aid line of the whole country since 1 May 2025 (国家卫生健康委, December 2024); 12338 is the
women's rights line (全国妇联).
"""

import re
from typing import NamedTuple

from governance.triage.helplines import LISTENS, Press
from governance.triage.reading import readings


class Grave(NamedTuple):
    """`call` comes first in every reply. `slug` is the category of such a report, `offer` the question whether to
    report. `press`: the numbers to press; `pressing`: signs that it happens now, with the numbers for that."""

    call: str
    slug: str
    offer: str
    signs: re.Pattern[str]
    press: Press
    pressing: tuple[tuple[re.Pattern[str], Press], ...] = ()

    def is_in(self, words: str) -> bool:
        """Are the words a sign? Look-alikes are matched outside the group of the pattern, so they give no group."""
        return any(found.lastindex for text in readings(words) for found in self.signs.finditer(text))

    def calls(self, words: str) -> Press:
        """Whom to call, first the number to press first: the ambulance when something was taken, police on a roof."""
        texts = readings(words)
        return next((press for signs, press in self.pressing if any(map(signs.search, texts))), self.press)


def _signs(*signs: str, none: tuple[str, ...] = ()) -> re.Pattern[str]:
    """A pattern with the signs as one group. `none` holds look-alikes, which are skipped."""
    return re.compile("|".join((*none, f"({'|'.join(signs)})")))


WHOM = r"(?:我|俺|她|孩子|小孩|娃|女儿|闺女|儿子|孙女|孙子|女孩|男孩|姑娘|女生|学生|老婆|妻子|妈)"
PARTS = r"(?:胸|屁股|大腿|下体|下面|私处|隐私)"
DESPAIR = Grave(
    "听到这话很担心。先别一个人待着，身边的人也请陪着。有危险马上打 110（报警）或 120（急救）；"
    "心里难受打 12356（心理援助热线），有人听您说。",
    "care",
    "要社区的人来看看吗？回“是”就报上去，只有办事的人看得到；回“不用”就算了。",
    _signs(
        r"不[想要](?:再)?活(?!动|跃|泼)|(?:^|[，。！\s])不活了|活不下去|撑不下去了|活[够腻]了?|活着太累|一了百了|烧炭(?:自|死|走)|活着(?:真|也|都)?没(?:有|什么|啥)?(?:意思|意义|劲|盼头)",
        r"轻生(?!活)|自[杀殺](?!式)|自尽|自残(?!疾)|寻死|寻短见|想不开(?![心车门灯窗会锁水店空])|割腕|[得我她他有]抑郁|生不如死|遗书(?![包店])|结束[^，。！？\n]{0,5}生命",
        r"(?<![不得])想死(?![你您我他她它咱俺大机])|我(?:真|就|要|想|还是)*去死(?!胡同|角)|(?<![树花草鱼苗猫狗])死了(?:算了|得了|一了百了)|不如死了",
        r"(?<![猫狗])(?<![猫狗][要想])跳(?:楼|桥)(?![价大甩机清绳])|(?:楼上|楼顶|顶楼|天台|桥上)[^，。！？\n]{0,8}(?:[想要]跳(?![绳舞操广闸])|跳[下楼])|(?:楼顶|顶楼|天台)[^，。！？\n]{0,3}[坐站]着?(?:一?个)?人|跳(?:河|江|湖|海|井|轨)(?![边沟])|[想要]跳下[去来]",
        r"上吊(?![灯扇顶柜篮车牌装杆兰])|[喝服吃吞]了?[^，。！？\n]{0,4}(?:农药|安眠药|百草枯|敌敌畏)(?![瓶袋的盒])",
        r"活够|死了(?:干净|大家|就好|就轻松|一样)|等死(?:吧|了|算)|(?:从这个?世界|在这个?世[界上])消失|消失在这|活着还有|活着(?:太|好)累|写好遗书|(?:想|要|会|控制不住)伤害自己|割自己|(?<!找)没(?:有)?活路",
        r"不在这世上|不想在这?世上?|这世界没我|早(?:就)?死了(?!的|树|鱼)|(?:我|就)去死(?!胡同|角)|[想要]喝药|想死的心|结束这一切|活不起|不(?:再|会再)醒(?:来|过来)|再也不醒|求死|没有?人需要我|[没不]想?活下去的|想离开这个世界",
        r"[坐站爬跨翻]{S}{0,4}(?:楼顶|天台|桥|窗台?|栏杆|护栏){S}{0,3}(?:边|外|上){S}{0,6}(?:要跳|跳|腿|哭|悬)|(?:楼顶|天台|桥栏杆|窗户外面?|栏杆外){S}{0,4}(?:坐|站)|{S}{0,2}[坐站]在?(?:楼顶|天台|桥栏|窗户外|窗外|栏杆外|窗台上哭)|(?:要|往)下跳|同归于尽|[喝吃吞服]了?{S}{0,4}(?:整|半|大半|一|两|几|好多|很多){S}{0,2}[瓶把]?(?:安眠)?药(?!{S}{0,4}(?:没|不|还是|见效|管用|好))".replace(
            "{S}", "[^，。！？\\n]"
        ),
        none=(
            r"[吵热冷臭闷挤堵][^，。！？\n]{0,2}[得的，,][^，。！？\n]{0,4}(?:活不下去|不想活|想死|要跳楼)",
            r"[物商店车堵][^，。！？\n]{0,2}活不下去",
        ),
    ),
    Press((LISTENS, "110", "120"), "心里难受打 12356，有人听您说；别一个人待着。"),
    (
        (
            re.compile(
                r"[喝服吃吞]了?[^，。！？\n]{0,5}(?:农药|安眠药|百草枯|敌敌畏|药片|好多药|很多药|[瓶把]药)|割腕了|烧炭了|(?:农药|安眠药|百草枯|敌敌畏)[^，。！？\n]{0,3}[喝吃吞]了"
            ),
            Press(("120", "110", LISTENS), "吃了药、喝了农药、割了腕，马上打 120，留着药瓶，别离开人。"),
        ),
        (
            re.compile(
                r"(?:要|往下|往|准备|正要|闹着?)(?:[^，。！？\n]{0,3})跳|跳(?:楼|河|桥|江)了|楼顶|顶楼|天台|桥上|桥栏|栏杆|护栏|窗户外|窗外|窗台|上吊|割腕|跳下|同归于尽"
            ),
            Press(("110", "119", "120", LISTENS), "有人要伤自己，马上打 110，别让他一个人待着。"),
        ),
    ),
)
ASSAULT = Grave(
    "这不是受害的人的错。正在发生、怕再发生，马上打 110（报警）；妇女维权热线 12338。",
    "violence",
    "要社区帮忙吗？回“是”就单独报上去，只有办事的人看得到；回“不用”就算了。",
    _signs(
        r"强奸|强暴|轮奸|迷奸|诱奸|性侵|猥亵|咸猪手|动手动脚|骚扰|尾随|(?<!机)偷窥|露阴|暴露狂|裙底",
        r"色狼|变态(?=[跟摸男])|强迫[^，。！？\n]{0,4}发生关系|脱[我她]的?(?:衣|裤)|非礼[我她啊]|跟踪我|被(?:陌生)?(?:人|男人|男的)[^，。！？\n]{0,3}(?:跟踪|跟着)",
        r"(?:女儿|孩子|闺女)被[^，。！？\n]{0,3}欺负",
        rf"偷拍[^，。！？\n]{{0,4}}(?:{WHOM}(?!们?家)|女|裙|洗澡|换衣|厕)|(?:厕所|卫生间|更衣室|试衣间|浴室|洗澡|{WHOM})[^，。！？\n]{{0,4}}偷拍",
        rf"偷看[^，。！？\n]{{0,4}}(?:洗澡|换衣|上厕所|睡觉)|对{WHOM}(?!们)[^，。！？\n]{{0,4}}(?:耍流氓|非礼)",
        rf"{WHOM}[^，。！？\n]{{0,2}}被[^，。！？\n]{{0,8}}(?:摸(?![黑得])|侵犯|糟蹋|非礼)",
        rf"摸[了过]?(?:{WHOM}家?的?)?(?:{PARTS}|孩子|女儿|闺女|小姑娘|小女孩)|(?<![摸让])摸[了过]?{WHOM}(?![家们的])",
        r"露[^，。！？\n]{0,2}下[体身]|(?:一直|老是?|总)跟(?:着|踪)我|强行[^，。！？\n]{0,2}[亲抱摸]|(?:给|被)[^，。！？\n]{0,3}下药|(?<!权)(?<!利益)(?<!隐私)(?<!版权)被侵犯(?![^，。！？\n]{0,3}(?:权|隐私))|强[迫行][^，。！？\n]{0,4}(?:睡|上床)|闯进我?[^，。！？\n]{0,3}(?:房间|卧室)|老?是?摸我",
        none=(
            r"(?:电话|短信|信息|微信|来电|号码|噪[音声]|声音|音乐|广场舞|装修|推销|广告|中介|狗|猫|蚊子?|虫)"
            r"[^，。！？\n]{0,4}骚扰",
            r"骚扰(?:电话|短信|信息|邮件|来电|号码|拦截|居民|业主|大家|休息|睡眠|生活)",
            r"强奸民意|尾随(?:车辆|追尾|进门|刷卡|装修)",
        ),
    ),
    Press(("110", "12338"), "这不是受害的人的错。正在发生、怕再发生，打 110。"),
)


def grave(words: str) -> Grave | None:
    """The crisis that the words name, if any. Blanks inside are ignored: 不 想 活 了."""
    return next((one for one in (DESPAIR, ASSAULT) if one.is_in(words)), None)
