"""群消息录入: a pasted chat is split into lines; no sender's name gets into the words."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from governance.assistant.transcripts.parse import Line, lines, matter
from tests.quickest import quickest

PASTE = "三楼老周: 电梯关门哐当响\n小李 2026-11-24 9:12\n我也是，上周就这样\n\n王姐：楼道灯坏了"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三楼老周: 电梯响", [Line("电梯响", "三楼老周")]),
        ("三楼老周 9:12\n电梯响\n还漏水", [Line("电梯响", "三楼老周"), Line("还漏水", "三楼老周")]),
        ("三楼老周 2026/11/24 9:12:05\n电梯响\n\n谁的车", [Line("电梯响", "三楼老周"), Line("谁的车")]),
        ("时间：周四九点", [Line("时间：周四九点")]),
        ("电梯 9:30 又停了", [Line("电梯 9:30 又停了")]),
        ("  \n\n", []),
        ("三楼老周:\n电梯响\n还漏水", [Line("电梯响", "三楼老周"), Line("还漏水", "三楼老周")]),
        ("三楼老周\u2005：\n\n电梯响\n\n谁的车", [Line("电梯响", "三楼老周"), Line("谁的车")]),
        ("三楼老周:\n小李:\n电梯响", [Line("电梯响", "小李")]),
        ("[三楼老周 昨天 10:03] 电梯响", [Line("电梯响", "三楼老周")]),
        ("—————  2026-11-24  —————\n三楼老周  10:03\n\n电梯响", [Line("电梯响", "三楼老周")]),
        ("10:03\n电梯响", [Line("电梯响")]),
        ("注意事项：\n别停车", [Line("注意事项："), Line("别停车")]),
        ("电梯9:30停了", [Line("电梯9:30停了")]),
        ("三楼老周：明天 9:30", [Line("明天 9:30", "三楼老周")]),
        ("1：三楼漏水", [Line("1：三楼漏水")]),
        ("看https://example.org/a", [Line("看https://example.org/a")]),
        ("「张三：电梯又坏了」\n- - - - - - - - -\n我也是", [Line("我也是", "", "张三：电梯又坏了")]),
        ("李四 21:05\n「张三：电梯\n又坏了」\n———\n\n我也是", [Line("我也是", "李四", "张三：电梯 又坏了")]),
        ("「张三：[图片]」\n- - -\n漏水了", [Line("漏水了")]),
        ("「张三：电梯又坏了」", [Line("电梯又坏了", "张三")]),
        ("「张三：电梯又坏了」\n李四 21:05\n漏水了", [Line("电梯又坏了", "张三"), Line("漏水了", "李四")]),
        ("「通知：明天停水」", [Line("「通知：明天停水」")]),
        ("李四：「张三：电梯又坏了」", [Line("「张三：电梯又坏了」", "李四")]),
    ],
)
def test_the_words_are_told_from_who_said_them(text, expected):
    assert lines(text) == expected


@pytest.mark.parametrize(
    "line",
    [
        "王五撤回了一条消息",
        "“王五” 撤回了一条消息",
        "你撤回了一条消息 重新编辑",
        '"赵六"撤回了成员"钱七"的一条消息',
        '"赵六"邀请"钱七"加入了群聊',
        "赵六邀请钱七、孙八加入了群聊",
        '"钱七"通过扫描"赵六"分享的二维码加入群聊',
        "钱七加入了群聊",
        "你将“钱七”移出了群聊",
        '"钱七"与群里其他人都不是朋友关系，请注意隐私安全',
        "赵六修改群名为“银杏里邻里群”",
        '"赵六" 拍了拍 "钱七"',
        "我拍了拍“钱七”的肩膀",
        "赵六 拍了拍 钱七",
        "群聊的聊天记录",
        "“银杏里3号院”的聊天记录",
        "——— 以下是新消息 ———",
        "以下为新消息",
        "———",
        "2026年11月24日",
        "—— 11月24日 ——",
        "昨天 10:03",
        "[图片]",
        "[动画表情]",
        "[图片][图片]",
        "王五：[图片]",
    ],
)
def test_what_the_chat_itself_writes_is_nobodys_words(line):
    assert lines(line) == []
    assert lines(f"三楼老周 9:12\n电梯响\n{line}\n小李 9:13\n还漏水") == [
        Line("电梯响", "三楼老周"),
        Line("还漏水", "小李"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "昨晚有人拍了拍我家的门",
        "请物业公开业主群的聊天记录",
        "老李说他撤回了一条消息，我没看到",
        "物业邀请我们周六开会",
        "他退出了群聊以后没人管电梯",
        "我想加入群聊，怎么进？",
        "谁修改了群名？",
        "[链接里的]号码打不通",
        "-3层漏水",
    ],
)
def test_what_residents_say_of_the_chat_is_kept(line):
    assert lines(f"三楼老周 9:12\n{line}") == [Line(line, "三楼老周")]


def test_a_picture_among_words_leaves_the_words_and_who_said_them():
    assert lines("三楼老周 9:12\n[图片]\n电梯响[图片]\n[视频]\n还漏水") == [
        Line("电梯响", "三楼老周"),
        Line("还漏水", "三楼老周"),
    ]


NAMES = st.sampled_from(["张三", "三楼老周", "A 小李", "3-501王姐", "爱种花的🌼", "老周501", "Mr. Li", "(物业)小赵"])
MOMENTS = st.sampled_from(["2026-11-24 10:03", "11-24 10:03:22", "10:03", "昨天 10:03", "2026年11月24日 上午10:03",
                           "星期二 下午3:05", "2026/11/24 10:03:22", "前天 晚上 9:30", "11月24日 10：03"])  # fmt: skip
HEADS = st.one_of(
    st.builds("{0} {1}\n".format, NAMES, MOMENTS),
    st.builds("{0}  {1}\n\n".format, NAMES, MOMENTS),
    st.builds("[{0} {1}]\n".format, NAMES, MOMENTS),
    st.builds("[{0} {1}] ".format, NAMES, MOMENTS),
    st.builds("{0}{1}\n".format, NAMES.filter(lambda name: " " not in name), st.sampled_from(":：")),
    st.builds("{0}{1} ".format, NAMES.filter(lambda name: " " not in name), st.sampled_from(":：")),
)
SAYINGS = ("电梯响", "9:30 又停了", "时间：周四", "看 https://example.org", "11-24 停水", "B1 层")
WORDS = st.lists(st.sampled_from(SAYINGS), min_size=1, max_size=3).map("，".join)


@given(st.lists(st.tuples(HEADS, WORDS), min_size=1, max_size=6))
def test_whatever_way_wechat_writes_a_head_no_name_gets_into_the_words(said):
    read = lines("\n".join(head + words for head, words in said))
    assert [line.words for line in read] == [words for _, words in said]
    for line, (head, _) in zip(read, said, strict=True):
        assert line.sender and head.lstrip("[").startswith(line.sender)


@given(
    st.text(alphabet="张三李四 :：[]【】\n\t10:03-24昨天电梯坏了，。http//", max_size=120)
    | st.lists(
        st.sampled_from(
            (
                "[图片]",
                "图片",
                "[",
                "]",
                "：",
                "张三",
                "撤回了一条消息",
                "拍了拍",
                " ",
                "\n",
                "“李四”",
                "加入了群聊",
                "的聊天记录",
                "—",
                "- - -",
                "「",
                "」",
                "：",
                "9:30",
            )
        ),
        max_size=14,
    ).map("".join)
    | st.text(max_size=200)
)
@example("[图片]:0")
def test_what_is_left_of_a_paste_is_read_again_as_it_was(text):
    said = lines(text)
    assert all(line.words.strip() and "\n" not in line.words for line in said)
    assert lines("\n".join(map(str, said))) == said


def test_one_matter_is_taken_out_and_the_rest_stays_as_it_was_said():
    one = matter(lines(PASTE), {0, 1})
    assert one.words == "电梯关门哐当响\n我也是，上周就这样" and one.sender == "三楼老周"
    assert lines(one.rest) == [Line("楼道灯坏了", "王姐")]


ENDLESS = [
    "「张三：" + " " * 6000,
    "「" * 6000,
    "「a：" * 2000,
    "a" * 6000,
    "a：" * 3000,
    "12:" * 2000,
    "[" * 6000,
    "- " * 3000,
]


@pytest.mark.parametrize("text", ENDLESS)
def test_a_paste_that_is_nothing_takes_no_time(text):
    assert quickest(lines, text + "x") < 0.5
