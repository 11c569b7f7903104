"""Chinese and English labels for codes in the answers of the API."""

RUNGS = {
    "suspect": "仅建档 on record",
    "prospect": "潜在 prospect",
    "disqualified": "不合格 disqualified",
    "first_time": "首次购买 first-time",
    "repeat": "重复购买 repeat",
    "client": "常客 client",
    "member": "会员 member",
    "advocate": "拥护者 advocate",
    "partner": "伙伴 partner",
    "inactive": "沉默 inactive",
}
CLASSES = {"A": "A 贵宾 VIP", "B": "B 重要 important", "C": "C 普通 ordinary"}
BASES = {"revenue": "收入 revenue", "profit": "利润 profit"}
NATURES = {
    "individual": "个人 individual",
    "household": "家庭 household",
    "government": "政府 government",
    "special": "特殊机构 special",
    "ordinary_company": "一般企业 company",
    "intermediary": "中间商 intermediary",
    "wholesaler": "批发商 wholesaler",
    "retailer": "零售商 retailer",
    "integrator": "集成商 integrator",
}
