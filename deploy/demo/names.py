"""Invented names of people and firms, each in Chinese with English beside it."""

from dataclasses import dataclass
from random import Random

from deploy.demo.cities import City

_SURNAMES = """
王 Wang 李 Li 张 Zhang 刘 Liu 陈 Chen 杨 Yang
黄 Huang 赵 Zhao 周 Zhou 吴 Wu 徐 Xu 孙 Sun
马 Ma 朱 Zhu 胡 Hu 郭 Guo 何 He 林 Lin
高 Gao 罗 Luo 郑 Zheng 梁 Liang 谢 Xie 宋 Song
唐 Tang 许 Xu 韩 Han 冯 Feng 邓 Deng 曹 Cao
彭 Peng 曾 Zeng 肖 Xiao 田 Tian 董 Dong 潘 Pan
袁 Yuan 蔡 Cai 蒋 Jiang 余 Yu 于 Yu 杜 Du
叶 Ye 程 Cheng 魏 Wei 苏 Su 吕 Lü 丁 Ding
沈 Shen 任 Ren 姚 Yao
"""
_GIVEN = """
秀兰 Xiulan 建国 Jianguo 丽娟 Lijuan 志强 Zhiqiang 雪梅 Xuemei 文博 Wenbo
晓燕 Xiaoyan 国栋 Guodong 静怡 Jingyi 子轩 Zixuan 桂英 Guiying 海涛 Haitao
玉珍 Yuzhen 俊杰 Junjie 思琪 Siqi 浩然 Haoran 慧敏 Huimin 伟明 Weiming
佳宁 Jianing 振华 Zhenhua 春花 Chunhua 立新 Lixin 梦瑶 Mengyao 天宇 Tianyu
淑芬 Shufen 宏伟 Hongwei 雨桐 Yutong 明辉 Minghui 红霞 Hongxia 德胜 Desheng
婉清 Wanqing 永康 Yongkang 凤英 Fengying 少华 Shaohua 若曦 Ruoxi 家豪 Jiahao
美玲 Meiling 学文 Xuewen 巧云 Qiaoyun 光远 Guangyuan
"""
_WORDS = """
云岭 Yunling 星澜 Xinglan 万屿 Wanyu 悦泽 Yueze 百汀 Baiting 鸿榆 Hongyu
锦穗 Jinsui 北苇 Beiwei 南漪 Nanyi 瑞柏 Ruibai 安麓 Anlu 恒汐 Hengxi
卓楠 Zhuonan 和枫 Hefeng 青渡 Qingdu 朗坤 Langkun 沐川 Muchuan 启棠 Qitang
远岫 Yuanxiu 惠栎 Huili 丰屿 Fengyu 广檀 Guangtan 晴堤 Qingdi 松壑 Songhe
"""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in Chinese and in English."""

    zh: str
    en: str


def _parse_names(text: str) -> tuple[Name, ...]:
    """Return the names of a text in which each Chinese word is followed by its English one."""
    words = text.split()
    return tuple(Name(zh, en) for zh, en in zip(words[::2], words[1::2], strict=True))


SURNAMES, GIVEN, WORDS = _parse_names(_SURNAMES), _parse_names(_GIVEN), _parse_names(_WORDS)


def person(rng: Random, suffix: Name | None = None) -> Name:
    """Return an invented name of a person, surname first, with a suffix such as "and family"."""
    surname, given = rng.choice(SURNAMES), rng.choice(GIVEN)
    name = Name(surname.zh + given.zh, f"{surname.en} {given.en}")
    if suffix is None:
        return name
    return Name(name.zh + suffix.zh, f"{name.en} {suffix.en}")


def shop(rng: Random, city: City, trade: Name) -> Name:
    """Return an invented name of a shop, such as 云岭百货南京新街口店."""
    word, area = rng.choice(WORDS), rng.choice(city.areas)
    return Name(
        f"{word.zh}{trade.zh}{city.name}{area[0]}店",
        f"{word.en} {trade.en}, {area[1]}, {city.name_en}",
    )


def firm(rng: Random, city: City, trade: Name) -> Name:
    """Return an invented name of a firm or authority, such as 南京鸿榆家电批发有限公司."""
    word = rng.choice(WORDS)
    return Name(f"{city.name}{word.zh}{trade.zh}", f"{city.name_en} {word.en} {trade.en}")
