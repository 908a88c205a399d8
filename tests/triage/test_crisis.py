"""Crisis words and dangers are recognised, and everyday words that look like them are not."""

import pytest

from governance.triage.crisis import ASSAULT, DESPAIR, crisis_in
from governance.triage.emergencies import calls_for

DESPAIRING = (
    *("我不想活了", "我想死", "想死", "我爸想跳河", "真的活不下去了", "活着没意思", "有人要自杀", "我妈割腕了"),
    *(
        "楼顶有人要跳楼",
        "他喝农药了",
        "吃了一瓶安眠药",
        "不如死了算了",
        "我就是想死",
        "她想跳下去",
        "邻居上吊了",
        "想死了",
    ),
)
ASSAULTED = (
    *(
        "孩子被猥亵了",
        "我家孩子被邻居摸了",
        "有人偷看我洗澡",
        "我被强奸了",
        "网格员骚扰我",
        "有人偷拍女厕所",
        "他摸我大腿",
    ),
    *(
        "楼下有个暴露狂",
        "我女儿被人摸了",
        "有人尾随我回家",
        "电梯里有人对我动手动脚",
        "网格员骚扰我，还打电话来",
        "他老摸我",
    ),
)
ORDINARY = (
    *("笑死我了", "累死了", "死机了", "想死你们了", "想死你了", "楼道灯死了", "热得想死", "跳楼价大甩卖", "不想活动了"),
    *("上吊灯坏了", "鱼池的鱼死了", "河边跳舞", "地库太黑吓死人", "打农药的味道太大"),
    *(
        "摸黑走楼梯",
        "骚扰电话",
        "老有骚扰短信",
        "噪音骚扰居民",
        "推销电话一直骚扰我",
        "广场舞骚扰我们睡觉",
        "扶手摸着扎手",
    ),
    *("我来摸摸底", "门把手被摸黑了", "非礼勿视", "偷看电视", "师傅摸了我家电表", "电动车被撞了", "看看三层的灯"),
)
ORDINARY += ("跳广场舞", "想不想死灰复燃", "强奸民意", "电梯死机了", "孩子摸黑下楼", "电梯困扰")
ORDINARY += ("噪音吵得活不下去", "夏天热得人不想活", "楼道臭得我们活不下去了")

ORDINARY += ("想不开心都难", "我想不开车去", "想不开门禁密码忘了", "自杀式停车", "楼上太吵，不想活了", "吵得我要跳楼")
ORDINARY += ("猫要跳楼", "物业活不下去了", "无人机偷窥", "门口摄像头偷拍我家", "这物业真变态")
ORDINARY += ("打孩子疫苗在哪", "打人的秋千坏了要修", "打我家门口过的车太吵", "小区里打架子鼓太吵", "打架子床搬家")
ORDINARY += ("垃圾桶着火过一次，换个新的吧", "烟花爆炸声太吵", "救命啊电梯好慢", "我家狗走丢了")
DESPAIRING += ("我不要活了", "不活了", "真的撑不下去了", "我想从楼上跳下去", "有人要从楼顶跳下来", "楼顶上坐着个人要跳")
DESPAIRING += ("我活腻了", "我要自殺", "不 想 活 了", "活着太累了", "我抑郁了", "一了百了", "他要烧炭自杀")
ASSAULTED += (
    "有人非礼我",
    "非礼啊",
    "有个人一直跟踪我",
    "强迫我发生关系",
    "他脱我裤子",
    "变态跟着我",
    "有色狼",
    "我女儿被欺负",
)
ASSAULTED += ("我被偷拍了", "有人偷拍我洗澡", "厕所里有人偷拍", "他偷拍小姑娘")
DESPAIRING += ("天台上坐着个人",)
DESPAIRING += ("他在天台上要跳", "有人要从顶楼跳下去", "他吃了半瓶农药", "他喝了一瓶农药")
ORDINARY += ("楼上小孩半夜跳来跳去", "楼上跳绳太吵", "楼上漏水导致我家跳闸", "顶楼有人跳广场舞", "天台晾衣跳闸了")
ORDINARY += (
    "喝农药瓶子乱扔",
    "吃了农药的猫",
    "捡到一个遗书包",
    "自残疾人通道往里走",
    "树死了算了",
    "跳河沟边的护栏断了",
)
ORDINARY += ("车被偷拍罚款", "偷拍摄像头对着我家", "楼上尾随装修", "井盖被打开了没人管", "路灯被打坏了", "玻璃被打碎了")
ORDINARY += ("换煤气去哪里", "煤气费怎么交", "地上滑怕老人摔倒", "画的撞车位线", "有人虐待小猫", "打我电话一直占线")
ORDINARY += ("楼道灯不亮 有事打我", "联系我打我微信电话", "手机掉水里了")
ORDINARY += ("电梯门口困着一只狗", "小猫困在电梯井里", "电梯里困了一只猫")
ORDINARY += (
    "被物业打断了装修",
    "快递被邻居打开了",
    "我自己动手修好了",
    "这事得老公动手修",
    "请把我家门口打扫一下",
    "他打了我们三次电话",
)
DANGERS = {
    "110": (
        "楼下有人拿刀",
        "有人持刀",
        "他说他要杀我",
        "他想弄死我",
        "打死人了",
        "有人在砸门",
        "家里进贼了",
        "孩子走丢了",
        "我被我老公打了",
        "我被人打了",
        "邻居把我打了",
        "他把我打伤了",
        "邻居打了我一顿",
        "我妈被护工打了",
        "老公又动手了",
        "他们在打群架",
        "老人被打了",
        "有人吵架动刀子了",
        "楼下打起来了",
    ),
    "119": (
        "孩子掉水里了",
        "井盖没了有人掉下去了",
        "小孩被锁车里了",
        "一氧化碳报警器响了",
        "墙要塌了",
        "换煤气的时候漏气了",
        "煤气表漏气",
        "电动车自燃了",
        "燃气漏了",
        "楼道冒烟",
        "电线冒火花",
        "孩子卡在栏杆里了",
    ),
    "120": ("我爸胸口疼喘不上气", "老人噎住了", "老人没呼吸了", "我爸中风了", "老人摔倒了", "我快不行了"),
}


@pytest.mark.parametrize(("number", "words"), [(number, one) for number, said in DANGERS.items() for one in said])
def test_a_danger_said_in_plain_words_has_its_number(number, words) -> None:
    assert calls_for(words).startswith(f"人有危险，请马上打 {number}")


@pytest.mark.parametrize("words", DESPAIRING)
def test_who_speaks_of_dying_hears_of_somebody_who_listens(words) -> None:
    assert crisis_in(words) is DESPAIR
    assert all(number in calls_for(words) for number in ("110", "120", "12356"))


@pytest.mark.parametrize("words", ASSAULTED)
def test_who_was_touched_or_followed_hears_whom_to_call(words) -> None:
    assert crisis_in(words) is ASSAULT and "110" in calls_for(words)


@pytest.mark.parametrize("words", ORDINARY)
def test_words_that_only_look_grave_are_ordinary(words) -> None:
    assert crisis_in(words) is None and calls_for(words) == ""


@pytest.mark.parametrize(
    ("words", "called"),
    [
        ("电梯困人了", ("119", "呼叫铃")),
        ("电梯又停了，困人", ("119",)),
        ("3号楼电梯里关着两个人", ("119",)),
        ("我被困在电梯里了", ("119", "110")),
        ("狗和老人困在电梯里", ("119", "110")),
        ("电梯困了狗和主人", ("119", "110")),
        ("楼下老人好几天没出门了，敲门不应", ("110", "120")),
        ("对门独居的大爷三天没见人了", ("110", "120")),
        ("奶奶家敲门半天没人应", ("110", "120")),
        ("隔壁老人在屋里没动静好几天了", ("110", "120")),
    ],
)
def test_who_is_shut_in_or_does_not_answer_is_helped_first(words, called) -> None:
    assert all(one in calls_for(words) for one in called)


@pytest.mark.parametrize(
    "words",
    ["电梯卡了", "电梯门关不上", "电梯困难户", "快递敲门没人应", "老人好久没体检了", "电梯口被堵", "车卡在电梯口"],
)
def test_a_lift_or_a_door_alone_is_no_danger(words) -> None:
    assert calls_for(words) == ""
