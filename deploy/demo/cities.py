"""The cities of the demo company's customers, with shopping areas that occur in names of shops."""

from dataclasses import dataclass

_EAST = """
南京 Nanjing 新街口 Xinjiekou 夫子庙 Fuzimiao 河西 Hexi 仙林 Xianlin 江宁 Jiangning
上海 Shanghai 徐家汇 Xujiahui 五角场 Wujiaochang 陆家嘴 Lujiazui 七宝 Qibao 莘庄 Xinzhuang
杭州 Hangzhou 武林 Wulin 湖滨 Hubin 滨江 Binjiang 下沙 Xiasha 城西 Chengxi
苏州 Suzhou 观前 Guanqian 石路 Shilu 湖东 Hudong 浒关 Huguan
合肥 Hefei 四牌楼 Sipailou 三里庵 Sanli'an 滨湖 Binhu 政务区 Zhengwu
"""
_NORTH = """
北京 Beijing 望京 Wangjing 中关村 Zhongguancun 国贸 Guomao 通州 Tongzhou 亦庄 Yizhuang
天津 Tianjin 滨江道 Binjiangdao 塘沽 Tanggu 梅江 Meijiang
济南 Jinan 泉城路 Quanchenglu 高新区 Gaoxin 洪楼 Honglou
沈阳 Shenyang 中街 Zhongjie 太原街 Taiyuanjie 铁西 Tiexi
郑州 Zhengzhou 二七 Erqi 郑东 Zhengdong 紫荆山 Zijingshan
"""
_SOUTH = """
广州 Guangzhou 天河 Tianhe 北京路 Beijinglu 番禺 Panyu 白云 Baiyun
深圳 Shenzhen 华强北 Huaqiangbei 福田 Futian 南山 Nanshan 龙岗 Longgang
佛山 Foshan 祖庙 Zumiao 顺德 Shunde 桂城 Guicheng
长沙 Changsha 五一 Wuyi 梅溪湖 Meixihu 星沙 Xingsha
武汉 Wuhan 江汉路 Jianghanlu 光谷 Guanggu 王家湾 Wangjiawan 街道口 Jiedaokou
"""
_WEST = """
成都 Chengdu 春熙路 Chunxilu 天府 Tianfu 建设路 Jianshelu 双流 Shuangliu
重庆 Chongqing 解放碑 Jiefangbei 观音桥 Guanyinqiao 沙坪坝 Shapingba
西安 Xi'an 钟楼 Zhonglou 小寨 Xiaozhai 曲江 Qujiang
昆明 Kunming 南屏 Nanping 呈贡 Chenggong
兰州 Lanzhou 西关 Xiguan 安宁 Anning
"""


@dataclass(frozen=True, slots=True)
class City:
    """A city, the sales team that serves it, and its shopping areas by Chinese and English name."""

    name: str
    name_en: str
    team: str
    areas: tuple[tuple[str, str], ...]


def _parse_city(row: str, team: str) -> City:
    """Return the city of one row: its two names, then the two names of each shopping area."""
    words = row.split()
    areas = tuple(zip(words[2::2], words[3::2], strict=True))
    return City(name=words[0], name_en=words[1], team=team, areas=areas)


CITIES = tuple(
    _parse_city(row, team)
    for team, rows in (("east", _EAST), ("north", _NORTH), ("south", _SOUTH), ("west", _WEST))
    for row in rows.strip().splitlines()
)
