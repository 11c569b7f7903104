"""The products of the demo company by category, with price, cost, lifetime and fault rate."""

from dataclasses import dataclass
from decimal import Decimal

# code | name | English | list price | cost share % | lifetime years | faults per thousand orders
_PRODUCTS = {
    "refrigerators": """
BX-210|双门冰箱 210升|Two-door refrigerator 210 L|1699|64|10|8
BX-320|三门冰箱 320升|Three-door refrigerator 320 L|2899|61|10|7
BX-460|十字门冰箱 460升|Cross-door refrigerator 460 L|4599|57|12|9
BX-520|对开门冰箱 520升|Side-by-side refrigerator 520 L|5999|55|12|9
LG-150|卧式冷柜 150升|Chest freezer 150 L|1399|66|10|6
""",
    "laundry": """
XY-080|波轮洗衣机 8公斤|Top-loading washer 8 kg|1299|66|8|9
XY-100|滚筒洗衣机 10公斤|Front-loading washer 10 kg|2799|60|10|9
XY-120|洗烘一体机 12公斤|Washer-dryer 12 kg|4299|57|10|12
GY-090|热泵干衣机 9公斤|Heat-pump dryer 9 kg|3999|56|10|14
""",
    "air_conditioners": """
KT-26|壁挂空调 1匹|Wall air conditioner 2.6 kW|2199|63|10|9
KT-35|壁挂空调 1.5匹|Wall air conditioner 3.5 kW|2799|61|10|9
KT-72|立柜空调 3匹|Floor-standing air conditioner 7.2 kW|6299|58|10|10
ZK-140|家用中央空调 14千瓦|Ducted air conditioner 14 kW|18999|54|15|12
""",
    "water_heaters": """
RS-E60|电热水器 60升|Electric water heater 60 L|1199|64|8|8
RS-G16|燃气热水器 16升|Gas water heater 16 L|2399|59|8|9
RS-H200|空气能热水器 200升|Heat-pump water heater 200 L|6999|56|12|10
""",
    "kitchen": """
YJ-21|侧吸油烟机|Side-draft range hood|2299|58|8|7
YJ-26|顶吸油烟机|Top-draft range hood|2899|57|8|7
ZJ-02|双眼燃气灶|Two-burner gas hob|1099|60|8|6
XW-14|嵌入式洗碗机 14套|Built-in dishwasher, 14 settings|4699|55|10|11
ZK-58|蒸烤一体机 58升|Steam oven 58 L|3999|56|10|9
""",
    "water_purifiers": """
JS-600|反渗透净水器 600加仑|Reverse-osmosis purifier 600 GPD|2199|52|5|8
JS-1000|反渗透净水器 1000加仑|Reverse-osmosis purifier 1000 GPD|3299|50|5|8
YS-10|即热饮水机|Instant hot-water dispenser|899|58|5|9
SY-50|商用直饮水机 50升|Commercial drinking-water station 50 L|7999|53|8|8
""",
    "small": """
DF-40|电饭煲 4升|Rice cooker 4 L|329|62|5|5
DS-17|电热水壶 1.7升|Electric kettle 1.7 L|129|66|4|5
KZ-55|空气炸锅 5.5升|Air fryer 5.5 L|359|61|4|7
PB-12|破壁机 1.2升|Blender 1.2 L|499|59|5|8
WB-23|微波炉 23升|Microwave oven 23 L|469|65|8|6
XC-20|无线吸尘器|Cordless vacuum cleaner|1299|57|4|10
SD-90|扫地机器人|Robot vacuum cleaner|2499|56|4|13
""",
    "climate_small": """
FS-35|落地扇|Pedestal fan|229|64|5|5
LF-12|冷风扇|Evaporative cooler|499|62|5|7
NF-20|暖风机|Fan heater|269|63|5|6
YT-13|电油汀|Oil-filled radiator|459|62|6|6
JH-40|空气净化器|Air purifier|1599|54|6|7
""",
    "consumables": """
LX-RO|反渗透滤芯|Reverse-osmosis cartridge|399|34|0|3
LX-PP|前置滤芯|Sediment cartridge|99|32|0|3
LX-HP|空气净化滤网|Air-purifier filter|259|34|0|3
QJ-05|洗衣机清洁剂 5袋|Washer cleaning agent, 5 bags|49|38|0|1
""",
}
_CYCLE_DAYS = {"LX-RO": 365, "LX-PP": 180, "LX-HP": 270, "QJ-05": 120}


@dataclass(frozen=True, slots=True)
class Product:
    """A product; prices are in CNY per piece.

    `cycle_days` is the usual time between two purchases of a consumable, `fault_rate` the share of
    orders with a faulty piece.
    """

    code: str
    name: str
    name_en: str
    category: str
    list_price: Decimal
    unit_cost: Decimal
    lifetime_days: int | None
    cycle_days: int | None
    fault_rate: float


def _parse_product(category: str, row: str) -> Product:
    """Return the product of one row of _PRODUCTS, whose columns are separated by "|"."""
    code, name, name_en, price, cost_share, years, faults = row.split("|")
    list_price = Decimal(price)
    return Product(
        code=code,
        name=name,
        name_en=name_en,
        category=category,
        list_price=list_price,
        unit_cost=(list_price * int(cost_share) / 100).quantize(Decimal("0.01")),
        lifetime_days=int(years) * 365 or None,
        cycle_days=_CYCLE_DAYS.get(code),
        fault_rate=int(faults) / 1000,
    )


CATALOGUE = tuple(
    _parse_product(category, row)
    for category, rows in _PRODUCTS.items()
    for row in rows.split("\n")
    if row
)
