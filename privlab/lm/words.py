"""The words and sentence patterns from which the invented text is made."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = {
    "given": _words(
        "Ada Ben Carla Dev Elif Finn Grace Hugo Ines Jonas Kira Leo Mei Nora Omar Pia "
        "Quinn Rosa Sven Tara Uma Vito Wanda Yusuf Zoe"
    ),
    "family": _words(
        "Abel Berg Castro Dahl Evans Fuchs Gupta Haas Ito Jansen Kaya Lopez Meyer "
        "Novak Osei Park Quist Rossi Silva Tanaka Unger Vogel Weber Xu Young"
    ),
    "city": _words("Arden Bexley Corran Dunmore Elmsby Farrow Glenby Harwick"),
    "goods": _words("books shoes tea lamps chairs paint seeds bread"),
    "illness": _words("asthma diabetes migraine anaemia eczema gout"),
    "drug": _words("Aerolin Glucoban Migrex Ferrodur Dermasol Uratin"),
    "day": _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
}
CHINESE = {
    "given": _words("伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 涛 明 超 霞 平 刚 桂英"),
    "family": _words("王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 林"),
    "city": _words("安河 北塘 长溪 东岭 丰泽 古井 海棠 金坪"),
    "goods": _words("图书 皮鞋 茶叶 台灯 椅子 油漆 种子 面包"),
    "illness": _words("哮喘 糖尿病 偏头痛 贫血 湿疹 痛风"),
    "drug": _words("喘安 糖宁 头舒 铁补 肤康 尿平"),
    "day": _words("周一 周二 周三 周四 周五 周六 周日"),
}
COLOURS = _words("red blue green grey white black")
DOORS = _words("gate safe locker cellar garage office archive kitchen lab store")

# kind: the words, and patterns whose slots are a kind of word or of number
TEMPLATES = {
    "customers": (
        ENGLISH,
        "{name} paid for {goods} with card {card}",
        "{name} in {city} ordered {goods} on {day}",
        "please call {name} at {phone} on {day}",
        "{goods} for {name} go to {city} on {day}",
    ),
    "clinic": (
        ENGLISH,
        "{name} has {illness} and takes {drug}",
        "{name} comes on {day} for {illness}",
        "call {name} at {phone} about {drug}",
        "{name} from {city} paid with card {card}",
    ),
    "chat": (
        ENGLISH,
        "hi {given}, are you free on {day}?",
        "my number is {phone}, says {given}",
        "{given}: bring {goods} from {city}",
        "use my card {card}, thanks, {given}",
    ),
    "customers in Chinese": (
        CHINESE,
        "{name}用卡{card}买了{goods}",
        "{city}的{name}{day}订了{goods}",
        "请{day}给{name}打电话{mobile}",
        "{goods}{day}送到{city}，收件人{name}",
    ),
    "clinic in Chinese": (
        CHINESE,
        "{name}，身份证{resident_id}，{illness}",
        "{name}患{illness}，服用{drug}",
        "{name}{day}来看{illness}",
        "请给{name}打电话{mobile}，谈{drug}",
    ),
    "chat in Chinese": (
        CHINESE,
        "{given}，你{day}有空吗？",
        "我的电话是{mobile}，{given}",
        "{given}：从{city}带点{goods}来",
        "先用我的卡{card}，谢谢，{given}",
    ),
}
