"""Crisis words: suicide and assault.

Whoever says them is told at once whom to call. In a group the words are neither taken nor quoted. Everyday words that
only look alike are excluded (想死你们了, 跳楼价, 骚扰电话, 摸黑).

12356 is the psychological aid line of the whole country since 1 May 2025 (国家卫生健康委, December 2024); 12338 is the
women's rights line (全国妇联).
"""

import re
from typing import NamedTuple


class Crisis(NamedTuple):
    """`call` comes first in every reply. `slug` is the category of such a report, `offer` the question whether to
    report."""

    call: str
    slug: str
    offer: str
    signs: re.Pattern[str]

    def is_in(self, words: str) -> bool:
        """Are the words a sign? Look-alikes are matched outside the group of the pattern, so they give no group."""
        return any(found.lastindex for found in self.signs.finditer(words))


def _signs(*signs: str, none: tuple[str, ...] = ()) -> re.Pattern[str]:
    """A pattern with the signs as one group. `none` holds look-alikes, which are skipped."""
    return re.compile("|".join((*none, f"({'|'.join(signs)})")))


WHOM = r"(?:我|俺|她|孩子|小孩|娃|女儿|闺女|儿子|孙女|孙子|女孩|男孩|姑娘|女生|学生|老婆|妻子|妈)"
PARTS = r"(?:胸|屁股|大腿|下体|下面|私处|隐私)"
DESPAIR = Crisis(
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
        none=(
            r"[吵热冷臭闷挤堵][^，。！？\n]{0,2}[得的，,][^，。！？\n]{0,4}(?:活不下去|不想活|想死|要跳楼)",
            r"[物商店车堵][^，。！？\n]{0,2}活不下去",
        ),
    ),
)
ASSAULT = Crisis(
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
        none=(
            r"(?:电话|短信|信息|微信|来电|号码|噪[音声]|声音|音乐|广场舞|装修|推销|广告|中介|狗|猫|蚊子?|虫)"
            r"[^，。！？\n]{0,4}骚扰",
            r"骚扰(?:电话|短信|信息|邮件|来电|号码|拦截|居民|业主|大家|休息|睡眠|生活)",
            r"强奸民意|尾随(?:车辆|追尾|进门|刷卡|装修)",
        ),
    ),
)


def crisis_in(words: str) -> Crisis | None:
    """The crisis that the words name, if any. Spaces inside are ignored: 不 想 活 了."""
    close = re.sub(r"[^\S\n]", "", words)
    return next((one for one in (DESPAIR, ASSAULT) if one.is_in(close)), None)
