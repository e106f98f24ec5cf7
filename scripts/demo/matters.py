"""The demo's matters: invented events in real towns, no person or shop that can be found.

Each line is what an officer would write. Sums and articles stay out: they belong to the law pack.
"""

import datetime

PASSPHRASE = "liuhen-demo-only"
OFFICER_ONE, OFFICER_TWO = "执法员一", "执法员二"

# start, title, place, party, notes, result (None: left open), second officer
MATTERS = [
    ("patrol", "菜场外人行道设摊占道", "观海卫镇一号路菜场外", "演示甲",
     ["08:10 人行道设摊卖菜, 占地约3平方米。", "当事人听从劝导, 08:25 已清离, 路面恢复通行。"], "dissuaded", False),
    ("patrol", "同一当事人三日内第三次占道", "观海卫镇一号路菜场外", "演示甲",
     ["责令改正后拒不撤离, 已录音录像。"], "to_file", False),
    ("complaint", "宅基地东侧搭建砖混棚", "长河镇甲村", "演示乙",
     ["举报内容属实: 东侧搭建砖混棚约42平方米, 正在砌墙。", "现场出示执法证件, 告知权利义务。", "当事人称持有许可, 但与现场不符。"], None, True),
    ("complaint", "沿街店铺夜间外摆与油烟扰民", "白沙路街道二号路示例小吃店", "示例小吃店",
     ["净化器未开启, 店外摆放桌椅6张。"], None, True),
    ("patrol", "厨余垃圾混投", "逍林镇示例小区投放点", "演示丙", ["督导员已告知2次, 本次现场教育并责令改正。"], "corrected", False),
    ("patrol", "渣土车沿途滴漏", "周巷镇二号路", None, ["22:40 篷布未盖, 滴漏约120米, 车牌 浙B·DEMO1。"], "to_file", False),
    ("patrol", "滩涂内河岸倾倒建筑垃圾", "庵东镇滩涂内河岸", None, ["约6立方米, 现场无人, 当事人待查。"], None, False),
    ("patrol", "露天焚烧杨梅枝条", "横河镇山脚", "演示丁", ["烟雾明显, 面积约20平方米, 现场劝灭。"], "dissuaded", False),
    ("patrol", "露天焚烧秸秆, 火已灭", "附海镇农田", "演示戊", ["危害轻微, 当场改正, 已作教育记录。"], "corrected", False),
    ("inspection", "河道管理范围内养殖网箱", "新浦镇河道", "演示养殖户",
     ["排水口发白, 已取水样。", "责令限期改正。"], "recheck", True),
    ("inspection", "户外广告台风前安全检查", "龙山镇三号路", "示例五金店", ["店招固定件松动, 责令加固。"], None, True),
    ("complaint", "重复投诉外摆, 三次巡查未见", "胜山镇四号路", None, ["三次到场均未见外摆, 现场照片已存。"], "nothing_found", True),
]


def identity(view):
    """The id of the thing that a command made or shows."""
    return view.get("id") or view["line"]["id"]


def day(offset):
    """A date that many days from now in China, as the command line takes it."""
    here = datetime.timezone(datetime.timedelta(hours=8))
    return (datetime.datetime.now(here).date() + datetime.timedelta(days=offset)).isoformat()


def start(laptop, matter, second):
    """Starts one of MATTERS on a laptop and writes its notes. Returns the matter's id."""
    kind, title, place, party, notes, _, two = matter
    named = ["--second", second] if two else []
    answer = laptop.do("matter", "start", "--start", kind, "--title", title, "--place", place, *named)
    number = identity(answer)
    if kind != "patrol":
        laptop.do("matter", "certificate", number)
    if party:
        laptop.do("matter", "party", number, "--name", party)
    for note in notes:
        laptop.do("note", "add", "--matter", number, "--text", note)
    return number


def close(laptop, matter, number):
    """Closes it where the demo says so."""
    result = matter[5]
    if result:
        until = ["--until", day(0)] if result == "recheck" else []
        laptop.do("matter", "close", number, "--result", result, *until)
