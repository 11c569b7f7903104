"""Whether a text is plausibly Chinese: what a file in another encoding becomes if read as GB 18030.

Nearly every sequence of bytes is valid in GB 18030. But Chinese texts consist mostly of the same
few hundred characters, and other texts that are read as GB 18030 consist of all of its thousands.
"""

import re
from typing import Final

_COMMON: Final = frozenset(
    # words of everyday texts
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用"
    "道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军"
    "者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见"
    "被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真"
    "论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直"
    "德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记"
    "南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔"
    # companies and trade
    "限责任股份有集团贸易商店厂厅百货服装食品饮料酒店宾馆餐饮超市零售批发连锁专营经销代理供应采购仓库物流快递运输"
    "电器家电冰箱洗衣机空调彩视手机脑配件维修售后客户编号称呼类型单价格数量金额订购退换发票税率折扣总计备注联系"
    "话邮箱址省县镇乡村街道巷弄栋楼层室座幢苑园花城广州深圳苏杭京津沪渝宁波汉武成都厦青岛济郑石庄太原合肥昌福建"
    "江浙安徽湖河川云贵陕甘肃疆藏蒙古吉林辽黑龙夏海港澳台湾无锡常温绍兴嘉佛山莞珠汕惠中春哈尔滨沈阳连烟潍洛襄"
    "银行保险证券投资基金融信托担典当租赁房产地置业装饰修材料钢铁五金矿煤石油化工塑料橡胶纸印刷包装玻璃陶瓷木家具"
    "灯照明医药疗器械生物制剂科技术网络软硬件息数据智慧能源环保节力气水暖管阀泵轴承模具仪表测控自动传媒广告文"
    "教育培训咨询律师会计事务所学校幼儿院研究设备厂农牧渔林粮茶叶果蔬菜肉奶蛋糕点面包糖盐调味品美容发化妆洗护"
    "珠宝钟表眼镜鞋帽皮箱包纺织针棉麻丝绸布毛巾床汽车摩托自行轮胎加站停维保险旅游航空铁路船舶港口码头"
    "性别男女姓名年龄出日期状态等级渠道来源负责部门组织机构法定代表收件备用地区国籍所属重要普通会员积分"
    "东华联合大众泰康平安盛世恒达通瑞祥和顺鑫隆宏远兴旺昌茂荣富贵吉庆丰裕源汇聚鼎信诚德仁义礼智博雅优佳美好乐"
    # foreign names
    "阿埃艾奥巴贝比波博布查达德迪丁杜多厄恩尔法菲费弗富戈格古哈赫华霍基吉加贾杰卡凯科克库拉莱兰朗劳雷黎里利列林卢"
    "鲁伦罗洛马麦曼梅蒙米密莫姆穆纳奈南内尼宁努诺欧帕佩皮普奇恰钦让萨塞森沙舍施圣史司斯苏索塔泰坦特提图托瓦万维"
    "韦沃乌西希夏谢辛雅亚扬耶伊英尤泽詹扎兹佐语文省郡群岛"
    # names of people
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
    "杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂玉萍红鹏飞辉玲华建国志文斌婷雪梅春花欣怡梓涵雨轩浩宇子"
    "佳俊峰凯晨思颖洁倩琳琪慧莹晓海波宁健鑫庆亮成龙浩然博翔宏伟力军民生永胜利新德福祥根财旺宝珍珠凤仙莲香菊燕云"
)
_HANZI = re.compile("[\u3400-\u9fff]")
_RUN = re.compile("[A-Za-z]?[\u3400-\u9fff]+[A-Za-z]?")
"""Adjacent characters of Chinese, with the Latin letters at their ends."""
_NEUTRAL = re.compile(
    "[\x00-\x7f\u00b7\u00d7\u00b0\u2014\u2018-\u201d\u2026\u2103\uffe5\u3000-\u3017\uff01-\uff5e]"
)
"""ASCII, and the signs that Chinese texts have; they are as frequent in other texts."""
_GB2312 = re.compile(rb"[\xb0-\xf7][\xa1-\xfe]")
_HANGUL = re.compile(rb"[\xb0-\xc8][\xa1-\xfe]")
"""The bytes of a character of GB 2312, and those of a syllable in EUC-KR."""
_COMMON_WEIGHT, _OTHER_WEIGHT, _RARE_WEIGHT, _NO_HANZI_WEIGHT = 1.3, -1.3, -2.0, -3.0
_GLUED_WEIGHT = -2.0
_HANGUL_WEIGHT = -0.7
_MIN_SCORE = 2.5
"""The score of two common characters, a little less."""


def is_plausible_chinese(text: str) -> bool:
    """Return whether a text that was read as GB 18030 is Chinese rather than in another encoding.

    Each character adds a weight, which is about the logarithm of how much more frequent such a
    character is in Chinese than in other texts that are read as GB 18030:

    - a common character more, another one less, and one that is not in GB 2312 still less;
    - a single character beside a Latin letter less, as in `Jos茅`, which is `José`;
    - any character less if the bytes of all of them are syllables of EUC-KR.
    """
    hanzi = _HANZI.findall(text)
    strange = sum(not (_HANZI.match(c) or _NEUTRAL.match(c)) for c in text if not c.isascii())
    glued = sum(len(run) > 1 and len(_HANZI.findall(run)) == 1 for run in _RUN.findall(text))
    score = sum(map(_weight, hanzi)) + strange * _NO_HANZI_WEIGHT + glued * _GLUED_WEIGHT
    if all(map(_is_hangul, hanzi)):
        score += len(hanzi) * _HANGUL_WEIGHT
    return score >= _MIN_SCORE


def _weight(character: str) -> float:
    """Return the weight of a Chinese character."""
    if character in _COMMON:
        return _COMMON_WEIGHT
    return _OTHER_WEIGHT if _GB2312.fullmatch(character.encode("gb18030")) else _RARE_WEIGHT


def _is_hangul(character: str) -> bool:
    """Return whether the bytes of a Chinese character are a syllable in EUC-KR."""
    return _HANGUL.fullmatch(character.encode("gb18030")) is not None
